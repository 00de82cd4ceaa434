import pytest
from captcha.models import CaptchaStore
from django.test import Client

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from courriels.models import Courriel
from structures.enums import EtatStructure
from structures.mots import composer
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import captcha, confirmer, connecter, courriels_ecrits, dernier_lien, est_connecte, fiche
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db
INSCRIPTION = "/inscription/"
ENVOYEE = "/inscription/envoyee/"


def erreurs(reponse):
    return reponse.context["form"].errors


# --- Du formulaire au compte -----------------------------------------------------------------------------------------
def test_s_inscrire_confirmer_puis_entrer(client):
    assert client.post(INSCRIPTION, fiche()).url == ENVOYEE
    assert "yamil.zemirli@structure.example" in client.get(ENVOYEE).text
    reponse = confirmer(client)
    assert reponse.url == "/"
    assert est_connecte(client)
    assert "votre identifiant est yzemirli" in client.get("/").text
    autre = Client()
    connecter(autre, "yzemirli")
    assert est_connecte(autre)


def test_la_page_garde_les_mots_que_l_on_connait(client):
    page = client.get(INSCRIPTION).text
    for phrase in (
        "Création de compte",
        "Structure d'appartenance",
        "Ajouter une structure d'appartenance",
        "Numéro de téléphone professionnel",
        "Utilisez votre adresse professionnelle nominative",
        "Ex: prenom.nom@cnsa.fr",
        "De 12 à 24 caractères",
        "Au moins 3 des caractères suivants :",
        "Majuscule",
        "Minuscule",
        "Chiffre",
        "Caractère spécial",
        "S&#x27;inscrire",
        "Annuler",
    ):
        assert phrase in page or phrase.replace("&#x27;", "'") in page


def test_la_liste_de_controle_prend_les_bornes_des_reglages(client, settings):
    settings.MOT_DE_PASSE_LONGUEUR_MIN, settings.MOT_DE_PASSE_LONGUEUR_MAX = 15, 64
    page = client.get(INSCRIPTION).text
    assert 'data-minimum="15" data-maximum="64"' in page
    assert "De 15 à 64 caractères" in page


def test_une_adresse_connue_recoit_la_meme_reponse(client):
    UtilisateurFactory(courriel="yamil.zemirli@structure.example")
    reponse = client.post(INSCRIPTION, fiche(courriel="Yamil.Zemirli@structure.example"))
    assert (reponse.status_code, reponse.url) == (302, ENVOYEE)
    connue = client.get(ENVOYEE).text
    autre = Client()
    autre.post(INSCRIPTION, fiche(courriel="nouvelle@structure.example"))
    nouvelle = autre.get(ENVOYEE).text.replace("nouvelle@structure.example", "yamil.zemirli@structure.example")
    assert connue == nouvelle
    assert [modele for modele, _ in courriels_ecrits()] == ["deja_un_compte", "confirmation"]


def test_des_champs_de_trop_ne_donnent_aucun_droit(client):
    client.post(INSCRIPTION, fiche(is_staff="on", is_superuser="on", etat="actif", identifiant="admin"))
    personne = Utilisateur.objects.get()
    assert (personne.is_staff, personne.is_superuser) == (False, False)
    assert (personne.etat, personne.identifiant) == (EtatCompte.A_CONFIRMER, "yzemirli")


# --- Ce qui est refusé -----------------------------------------------------------------------------------------------
@pytest.mark.parametrize("champ", ["nom", "prenom", "courriel", "mot_de_passe", "captcha_1", "conditions"])
def test_un_champ_obligatoire_se_demande_et_les_autres_restent(client, champ):
    donnees = fiche()
    del donnees[champ]
    reponse = client.post(INSCRIPTION, donnees)
    assert list(erreurs(reponse)) == [champ.removesuffix("_1")]
    for saisie in ("nom", "prenom", "courriel", "telephone"):
        if saisie != champ:
            assert f'value="{donnees[saisie]}"' in reponse.text
    assert MOT_DE_PASSE not in reponse.text
    assert not Utilisateur.objects.exists()


@pytest.mark.parametrize(
    "nom",
    ["www.pirate.example", "https://pirate.example", "Zemirli\r\nBcc: x", "Zem\x00irli", "4x4", "<b>Z</b>", "a@b", " "],
)
def test_un_nom_n_est_ni_une_adresse_ni_plusieurs_lignes(client, nom):
    assert list(erreurs(client.post(INSCRIPTION, fiche(nom=nom)))) == ["nom"]
    assert not Utilisateur.objects.exists()


@pytest.mark.parametrize("nom", ["Le Goff", "d'Œuvre", "Saint-Exupéry", "Nuñez", "St. Jean", "Παπά", "D’Arc"])
def test_les_noms_de_toutes_sortes_sont_admis(client, nom):
    assert client.post(INSCRIPTION, fiche(nom=nom)).status_code == 302
    assert Utilisateur.objects.get().nom == nom


@pytest.mark.parametrize(
    ("mot_de_passe", "message"),
    [
        ("Court-1", "de 12 à 24 caractères"),
        ("Trop-Long-1" * 4, "de 12 à 24 caractères"),
        ("seulementdeslettres", "au moins 3 sortes"),
        ("Zemirli-2026", "contient « zemirli »"),
        ("Motdepasse-2026", "parmi les plus courants"),
    ],
)
def test_un_mot_de_passe_faible_est_refuse_en_disant_pourquoi(client, mot_de_passe, message):
    reponse = client.post(INSCRIPTION, fiche(mot_de_passe=mot_de_passe))
    assert message in str(erreurs(reponse)["mot_de_passe"])
    assert not Utilisateur.objects.exists()


def test_les_conditions_gardent_leur_version(client, settings):
    settings.CONDITIONS_VERSION = "2030-01"
    client.post(INSCRIPTION, fiche())
    assert Utilisateur.objects.get().conditions_version == "2030-01"


# --- Captcha ---------------------------------------------------------------------------------------------------------
def test_un_captcha_faux_en_donne_un_autre(client):
    donnees = fiche(captcha_1="faux")
    reponse = client.post(INSCRIPTION, donnees)
    assert "nouvelle image" in str(erreurs(reponse)["captcha"])
    assert donnees["captcha_0"] not in reponse.text
    assert not Utilisateur.objects.exists()


def test_un_captcha_ne_sert_qu_une_fois(client):
    donnees = fiche(nom="")
    client.post(INSCRIPTION, donnees)
    assert "captcha" in erreurs(client.post(INSCRIPTION, donnees | {"nom": "Zemirli"}))


def test_l_image_et_la_suivante_se_voient_sans_compte(client):
    cle = CaptchaStore.generate_key()
    assert client.get(f"/captcha/image/{cle}/")["Content-Type"] == "image/png"
    suivante = client.get("/captcha/refresh/", headers={"X-Requested-With": "XMLHttpRequest"}).json()
    assert CaptchaStore.objects.filter(hashkey=suivante["key"]).exists()


# --- Téléphone -------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("indicatif", "saisie", "attendu"),
    [
        ("33", "06 12 34 56 78", "+33612345678"),
        ("33", "0612345678", "+33612345678"),
        ("33", "+33 (0)6 12 34 56 78", "+33612345678"),
        ("33", "+32 470 12 34 56", "+32470123456"),
        ("262", "0692 12 34 56", "+262692123456"),
        ("33", "", ""),
    ],
)
def test_le_telephone_se_garde_au_format_international(client, indicatif, saisie, attendu):
    client.post(INSCRIPTION, fiche(indicatif=indicatif, telephone=saisie))
    assert Utilisateur.objects.get().telephone == attendu


@pytest.mark.parametrize("saisie", ["06 12", "mon numéro", "06 12 34 56 78 90 12"])
def test_un_numero_incomplet_est_refuse(client, saisie):
    assert "telephone" in erreurs(client.post(INSCRIPTION, fiche(telephone=saisie)))


# --- Structure d'appartenance ----------------------------------------------------------------------------------------
def structure(nom, ville="Paris", **champs):
    return StructureFactory(nom=nom, commune=ville, mots=composer(nom=nom, ville=ville, reste=""), **champs)


@pytest.mark.parametrize(
    "saisie", ["{s.numero_finess}", "{s.nom} ({s.numero_finess})", "camsp lilas", "CAMSP DES LILAS"]
)
def test_la_structure_se_designe_par_son_numero_ou_par_son_nom(client, saisie):
    lilas = structure("CAMSP DES LILAS")
    structure("CMPP DES ROSES")
    structure("CAMSP DES LILAS BLANCS", ville="Lyon", etat=EtatStructure.FERME)
    client.post(INSCRIPTION, fiche(structure=saisie.format(s=lilas)))
    assert Utilisateur.objects.get().structure == lilas


def test_entre_plusieurs_structures_l_on_choisit(client):
    paris, lyon = structure("CAMSP DES LILAS"), structure("CAMSP DES LILAS", ville="Lyon")
    reponse = client.post(INSCRIPTION, fiche(structure="lilas"))
    assert "choisissez la vôtre" in str(erreurs(reponse)["structure_choisie"])
    assert f'value="{paris.pk}"' in reponse.text
    assert '<details class="structure" open>' in reponse.text
    client.post(INSCRIPTION, fiche(structure="lilas", structure_choisie=str(lyon.pk)))
    assert Utilisateur.objects.get().structure == lyon


def test_l_on_ne_choisit_que_parmi_les_structures_proposees(client):
    structure("CAMSP DES LILAS")
    structure("CAMSP DES LILAS", ville="Lyon")
    autre = structure("CMPP DES ROSES")
    reponse = client.post(INSCRIPTION, fiche(structure="lilas", structure_choisie=str(autre.pk)))
    assert "structure_choisie" in erreurs(reponse)


def test_les_suggestions_ne_viennent_qu_a_partir_de_trois_lettres(client):
    lilas = structure("CAMSP DES LILAS")
    assert str(lilas) in client.get("/inscription/structures/", {"structure": "lil"}).text
    assert client.get("/inscription/structures/", {"structure": "li"}).text.strip() == ""


def test_une_structure_inconnue_se_dit_et_reste_facultative(client):
    reponse = client.post(INSCRIPTION, fiche(structure="Nulle part ailleurs"))
    assert "laisser ce champ vide" in str(erreurs(reponse)["structure"])
    assert client.post(INSCRIPTION, fiche(structure="")).status_code == 302


# --- Confirmation ----------------------------------------------------------------------------------------------------
@pytest.fixture
def lien(client):
    client.post(INSCRIPTION, fiche())
    return dernier_lien("confirmation")


def test_ouvrir_le_lien_ne_confirme_rien(client, lien):
    for _ in range(2):
        reponse = client.get(lien)
        assert reponse.status_code == 200
        assert "Confirmer mon adresse" in reponse.text
    client.head(lien)
    assert Utilisateur.objects.get().etat == EtatCompte.A_CONFIRMER


def test_le_lien_marche_dans_un_autre_navigateur(lien):
    autre = Client()
    assert confirmer(autre).url == "/"
    assert Utilisateur.objects.get().etat == EtatCompte.ACTIF
    assert (est_connecte(autre), est_connecte(Client())) == (True, False)


def test_un_lien_deja_utilise_mene_a_la_connexion(client, lien):
    confirmer(client)
    for chemin in (lien, f"{lien}mot-de-passe/"):
        for reponse in (client.get(chemin), client.post(chemin, {"mot_de_passe": MOT_DE_PASSE})):
            assert reponse.status_code == 410
            assert "déjà confirmée" in reponse.text


def test_un_lien_faux_propose_d_en_redemander_un(client):
    UtilisateurFactory(etat=EtatCompte.A_CONFIRMER)
    reponse = client.get("/confirmer/faux/")
    assert reponse.status_code == 410
    assert "/confirmation/renvoyer/" in reponse.text


def test_la_confirmation_se_redemande(client, lien):
    reponse = client.post("/confirmation/renvoyer/", {"saisie": "Yamil.Zemirli@structure.example", **captcha()})
    assert reponse.url == "/confirmation/renvoyee/"
    assert [modele for modele, _ in courriels_ecrits()] == ["confirmation", "confirmation"]
    confirmer(client)
    assert Utilisateur.objects.get().etat == EtatCompte.ACTIF


# --- L'adresse d'autrui ----------------------------------------------------------------------------------------------
AUTRE = "Pivoines-Rouges-31"


@pytest.mark.parametrize("mot_de_passe", ["", AUTRE, "Tulipes-Bleues-28"])
def test_sans_le_mot_de_passe_de_l_inscription_l_adresse_ne_se_confirme_pas(client, lien, mot_de_passe):
    reponse = client.post(lien, {"mot_de_passe": mot_de_passe})
    assert "mot_de_passe" in erreurs(reponse)
    assert f'href="{lien}mot-de-passe/"' in reponse.text
    assert Utilisateur.objects.get().etat == EtatCompte.A_CONFIRMER
    assert not est_connecte(client)


def test_l_intrus_qui_s_inscrit_avec_l_adresse_d_autrui_n_y_entre_pas(lien):
    """Le titulaire, qui ne connaît pas le mot de passe de l'intrus, en choisit un : seul le sien ouvre."""
    titulaire, intrus = Client(), Client()
    reponse = titulaire.post(f"{lien}mot-de-passe/", {"mot_de_passe": AUTRE})
    assert reponse.url == "/"
    assert est_connecte(titulaire)
    connecter(intrus, "yzemirli")
    assert not est_connecte(intrus)
    ailleurs = Client()
    connecter(ailleurs, "yzemirli", AUTRE)
    assert est_connecte(ailleurs)


def test_jumeau_sans_le_mot_de_passe_demande_celui_de_l_intrus_resterait(lien, monkeypatch):
    monkeypatch.setattr("accounts.forms.mots_de_passe.check_password", lambda saisie, hache: True)
    titulaire, intrus = Client(), Client()
    titulaire.post(lien, {"mot_de_passe": AUTRE})
    monkeypatch.undo()
    connecter(intrus, "yzemirli")
    assert est_connecte(intrus)


def test_un_hachage_devenu_vieux_n_eteint_pas_le_lien(client, lien, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher", *settings.PASSWORD_HASHERS]
    assert confirmer(client).url == "/"
    assert Utilisateur.objects.get().etat == EtatCompte.ACTIF


def test_ouvrir_la_page_ou_l_on_choisit_ne_confirme_rien(client, lien):
    assert "remplacera celui de l'inscription" in client.get(f"{lien}mot-de-passe/").text
    assert Utilisateur.objects.get().etat == EtatCompte.A_CONFIRMER


def test_un_mot_de_passe_faible_choisi_a_la_confirmation_est_refuse(client, lien):
    reponse = client.post(f"{lien}mot-de-passe/", {"mot_de_passe": "Zemirli-2026"})
    assert "contient « zemirli »" in str(erreurs(reponse)["mot_de_passe"])
    assert Utilisateur.objects.get().etat == EtatCompte.A_CONFIRMER


def test_les_essais_de_mot_de_passe_a_la_confirmation_sont_limites(client, lien, settings):
    settings.LIMITES = settings.LIMITES | {"mot_de_passe": (1, 300)}
    client.post(lien, {"mot_de_passe": AUTRE})
    assert client.post(lien, {"mot_de_passe": MOT_DE_PASSE}).status_code == 429
    assert Utilisateur.objects.get().etat == EtatCompte.A_CONFIRMER


def test_confirmer_dans_la_session_d_une_autre_personne_ne_la_remplace_pas(client, lien):
    collegue = UtilisateurFactory()
    client.force_login(collegue)
    assert confirmer(client).url == "/"
    page = client.get("/").text
    assert "yzemirli" in page
    assert f"Cette session reste celle de {collegue}" in page


def test_le_courriel_dit_la_duree_du_lien(client, settings):
    settings.DUREE_LIEN_CONFIRMATION = 5 * 3600
    client.post(INSCRIPTION, fiche())
    assert "valable 5 heures" in Courriel.objects.get().texte
    assert "valable 5 heures" in client.get(ENVOYEE).text
