import pytest
from django.contrib.auth.hashers import MD5PasswordHasher, identify_hasher, make_password
from django.urls import reverse

from accounts.enums import EtatCompte
from journal.models import Evenement
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import connecter, est_connecte

pytestmark = pytest.mark.django_db
CONNEXION = "/connexion/"


@pytest.fixture
def hachages(monkeypatch):
    """Compte les mots de passe hachés."""
    appels = []
    hacher = MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: appels.append(1) or hacher(*args))
    return appels


def test_la_page_garde_les_mots_que_l_on_connait(client):
    page = client.get(CONNEXION).text
    for phrase in (
        "Bienvenue sur le Portail d'accès sécurisé aux services",
        "merci d'envoyer un mail à",
        "Se connecter avec mon compte",
        "Les champs marqués d'un * sont obligatoires.",
        "Identifiant",
        "Mot de passe",
        "Se connecter",
        "Identifiant ou mot de passe oublié ?",
        "Vous n'avez pas encore de compte ?",
        "Faire une demande d'inscription",
    ):
        assert phrase in page


@pytest.mark.parametrize(
    "saisie", ["yzemirli", "YZemirli", " YZemirli ", "y.z@structure.example", "Y.Z@Structure.example"]
)
def test_l_identifiant_ou_l_adresse_ouvre_la_session(client, saisie):
    personne = UtilisateurFactory(identifiant="yzemirli", courriel="y.z@structure.example")
    assert connecter(client, saisie).url == reverse("accueil")
    assert client.session["_auth_user_id"] == str(personne.pk)
    evenement = Evenement.objects.get()
    assert (evenement.action, evenement.acteur_id) == ("connexion.reussie", personne.pk)


def test_tous_les_refus_se_ressemblent_et_coutent_un_hachage(client, hachages):
    for identifiant, etat in [
        ("actif", EtatCompte.ACTIF),
        ("attend", EtatCompte.A_CONFIRMER),
        ("ferme", EtatCompte.DESACTIVE),
    ]:
        UtilisateurFactory(identifiant=identifiant, etat=etat)
    hachages.clear()
    essais = [("actif", "Un-Autre-Mot-1"), ("attend", MOT_DE_PASSE), ("ferme", MOT_DE_PASSE), ("inconnu", MOT_DE_PASSE)]
    reponses = []
    for rang, (saisie, mot_de_passe) in enumerate(essais, start=1):
        reponse = connecter(client, saisie, mot_de_passe)
        assert len(hachages) == rang
        assert reponse.status_code == 200
        assert not est_connecte(client)
        reponses.append(str(reponse.context["form"].errors))
    assert len(set(reponses)) == 1
    assert "incorrect" in reponses[0]
    assert Evenement.objects.filter(action="connexion.refusee").count() == 4


def test_le_journal_ne_garde_rien_d_une_saisie_inconnue(client):
    connecter(client, "Mon-Secret-2026", "Mon-Secret-2027")
    assert "Mon-Secret" not in str(list(Evenement.objects.values()))


def test_un_champ_vide_se_dit_sans_essayer(client, hachages):
    reponse = client.post(CONNEXION, {"username": "", "password": ""})
    assert "Saisissez votre mot de passe." in reponse.text
    assert "<title>Erreur : Connexion" in reponse.text
    assert hachages == []


@pytest.mark.parametrize("suite", ["/mon-compte/identite/", "/?page=2"])
def test_l_on_va_ou_l_on_allait(client, suite):
    assert connecter(client, UtilisateurFactory().identifiant, suite=suite).url == suite


@pytest.mark.parametrize(
    "suite",
    [
        "//pirate.example/",
        "https://pirate.example/",
        "///pirate.example",
        "\\\\pirate.example",
        "javascript:alert(1)",
        "http:///x",
    ],
)
def test_l_on_ne_quitte_pas_le_portail(client, suite):
    personne = UtilisateurFactory()
    assert connecter(client, personne.identifiant, suite=suite).url == reverse("accueil")
    assert client.get(CONNEXION, {"next": suite}).url == reverse("accueil")


def test_la_cle_de_session_change_a_la_connexion(client):
    session = client.session
    session["identifiant"] = "posé par un autre"
    session.save()
    connecter(client, UtilisateurFactory().identifiant)
    assert client.session.session_key != session.session_key


def test_un_vieux_hachage_est_refait_a_la_connexion(client, settings):
    settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    personne = UtilisateurFactory(password=make_password(MOT_DE_PASSE, hasher="pbkdf2_sha256"))
    connecter(client, personne.identifiant)
    assert est_connecte(client)
    personne.refresh_from_db()
    assert identify_hasher(personne.password).algorithm == "argon2"


def test_se_deconnecter_ferme_vraiment_la_session(client):
    personne = UtilisateurFactory()
    connecter(client, personne.identifiant)
    temoin = client.cookies["session"].value
    assert client.post("/deconnexion/").url == CONNEXION
    client.cookies["session"] = temoin
    assert client.get("/mon-compte/identite/").status_code == 302
    assert Evenement.objects.filter(action="deconnexion", acteur_id=personne.pk).count() == 1


def test_se_deconnecter_sans_session_ne_renvoie_pas_vers_une_page_morte(client):
    assert client.post("/deconnexion/").url == CONNEXION


def test_une_simple_visite_ne_deconnecte_pas(client):
    client.force_login(UtilisateurFactory())
    assert client.get("/deconnexion/").status_code == 405
    assert est_connecte(client)


def test_desactiver_un_compte_ferme_ses_sessions_au_clic_suivant(client):
    personne = UtilisateurFactory()
    connecter(client, personne.identifiant)
    assert client.get("/mon-compte/identite/").status_code == 200
    personne.etat = EtatCompte.DESACTIVE
    personne.save()
    assert client.get("/mon-compte/identite/").status_code == 302


@pytest.mark.parametrize("adresse", [CONNEXION, "/inscription/", "/identifiant-ou-mot-de-passe-oublie/"])
def test_un_formulaire_ne_se_garde_pas_en_cache(client, adresse):
    assert "no-store" in client.get(adresse)["Cache-Control"]


@pytest.mark.parametrize("adresse", [CONNEXION, "/inscription/"])
def test_une_personne_connectee_n_a_rien_a_y_faire(client, adresse):
    client.force_login(UtilisateurFactory())
    assert client.get(adresse).url == reverse("accueil")
