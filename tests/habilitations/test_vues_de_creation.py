"""« Demande de création de compte » : la session d'une inscription remplit sa demande sans être ouverte."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from courriels.models import Courriel
from habilitations.enums import EtatDemande, TypeDemande
from habilitations.models import Demande, confiees_a
from tests.accounts.factories import UtilisateurFactory
from tests.accounts.outils import confirmer, connecter, courriels_ecrits, est_connecte, fiche
from tests.habilitations.factories import DemandeFactory, gestionnaire, profil_avec_structures
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db
INSCRIPTION = "/inscription/demande/"
ENVOYEE = "/inscription/envoyee/"
CONNEXION = "/connexion/"


@pytest.fixture
def profil():
    return profil_avec_structures()


@pytest.fixture
def structure():
    return StructureFactory()


def s_inscrire(client, **champs):
    return client.post(INSCRIPTION, fiche(**champs))


def choisir(client, profil):
    return client.post(f"/demande/nouvelle/?application={profil.application.code}", {"profil": profil.pk})


def numero(reponse):
    return int(re.search(r"/demande/(\d+)/", reponse.url)[1])


def remplir(client, profil, structure):
    """Les étapes jusqu'à l'envoi ; rend chaque réponse."""
    reponses = [choisir(client, profil)]
    adresse = f"/demande/{numero(reponses[0])}"
    reponses += [client.post(f"{adresse}/structures/ajouter/", {"structure": structure.pk})]
    reponses += [client.post(f"{adresse}/recapitulatif/", {"message": "Bonjour"})]
    return reponses


# --- Le parcours -----------------------------------------------------------------------------------------------------
def test_de_l_inscription_a_la_file_du_gestionnaire(client, profil, structure):
    decideuse = gestionnaire()
    assert s_inscrire(client).url == "/demande/nouvelle/"
    assert not est_connecte(client)
    assert [reponse.url for reponse in remplir(client, profil, structure)][-1] == ENVOYEE
    assert "dès que votre adresse sera confirmée" in client.get(ENVOYEE).text
    assert not confiees_a(decideuse).exists()

    confirmer(Client())
    demande = confiees_a(decideuse).get()
    assert (demande.type, demande.message) == (TypeDemande.CREATION_COMPTE, "Bonjour")
    connecter(client, "yzemirli")
    page = client.get("/mon-compte/demandes/").text
    assert "Création de compte" in page
    assert "1 en attente" in page


def test_le_titre_et_les_quatre_etapes_sont_ceux_du_guide(client, profil, structure):
    page = client.get(INSCRIPTION).text
    assert "Étape 1 sur 4" in page
    s_inscrire(client)
    pages = [client.get("/demande/nouvelle/").text]
    adresse = f"/demande/{numero(choisir(client, profil))}"
    pages.append(client.get(f"{adresse}/structures/").text)
    client.post(f"{adresse}/structures/ajouter/", {"structure": structure.pk})
    pages.append(client.get(f"{adresse}/recapitulatif/").text)
    for rang, suite in enumerate([page, *pages], start=1):
        assert f"Étape {rang} sur 4" in suite
        assert "Demande de création de compte" in suite
        assert "Annuler ma demande" in suite
    for mot in ("Yamil", "Zemirli", "yamil.zemirli@structure.example", "Envoyer ma demande", "Précédent"):
        assert mot in pages[-1]


def test_le_formulaire_simple_mene_aussi_aux_quatre_etapes(client):
    page = client.get("/inscription/").text
    assert 'formaction="/inscription/demande/"' in page
    assert "S&#x27;inscrire et demander une application" in page or "S'inscrire et demander une application" in page


def test_une_erreur_garde_les_quatre_etapes_et_la_saisie(client):
    reponse = s_inscrire(client, prenom="")
    assert "Étape 1 sur 4" in reponse.text
    assert 'value="Zemirli"' in reponse.text
    assert not Utilisateur.objects.exists()


def test_l_identification_se_relit(client):
    s_inscrire(client)
    page = client.get("/demande/identification/").text
    assert "yamil.zemirli@structure.example" in page
    assert "Étape 1 sur 4" in page


def test_la_demande_commencee_se_reprend_dans_le_meme_navigateur(client, profil):
    s_inscrire(client)
    commencee = numero(choisir(client, profil))
    assert client.get("/demande/nouvelle/").url == f"/demande/{commencee}/"
    assert Demande.objects.get().demandeur.identifiant == "yzemirli"


def test_la_demande_non_finie_attend_dans_mes_demandes(client, profil):
    s_inscrire(client)
    choisir(client, profil)
    confirmer(client)
    connecter(client, "yzemirli")
    assert "Reprendre" in client.get("/mon-compte/demandes/").text


def test_une_demande_prete_ne_se_change_plus(client, profil, structure):
    s_inscrire(client)
    remplir(client, profil, structure)
    adresse = f"/demande/{Demande.objects.get().pk}"
    for reponse in (
        client.get(f"{adresse}/recapitulatif/"),
        client.post(f"{adresse}/structures/retirer/", {"structure": structure.pk}),
        client.get("/demande/nouvelle/", follow=True),
    ):
        assert getattr(reponse, "url", None) == ENVOYEE or reponse.redirect_chain[-1][0] == ENVOYEE
    assert Demande.objects.get().structures.exists()


def test_annuler_sa_demande_garde_l_inscription(client, profil):
    s_inscrire(client)
    adresse = f"/demande/{numero(choisir(client, profil))}/abandonner/"
    assert "Abandonner cette demande ?" in client.get(adresse).text
    assert client.post(adresse).url == ENVOYEE
    assert Demande.objects.get().etat == EtatDemande.ANNULEE
    assert Utilisateur.objects.get().etat == EtatCompte.A_CONFIRMER
    assert client.get("/demande/nouvelle/").url.startswith(CONNEXION)


def test_une_demande_qui_ne_peut_pas_partir_le_dit_au_recapitulatif(client, profil, structure):
    s_inscrire(client)
    adresse = f"/demande/{numero(choisir(client, profil))}"
    client.post(f"{adresse}/structures/ajouter/", {"structure": structure.pk})
    profil.ouvert = False
    profil.save()
    reponse = client.post(f"{adresse}/recapitulatif/", {"message": "Bonjour"})
    assert "plus proposé" in reponse.text
    assert Demande.objects.get().etat == EtatDemande.BROUILLON


# --- Une adresse connue ----------------------------------------------------------------------------------------------
def pages_vues(client, profil, structure, courriel):
    """Tout ce que voit une personne qui s'inscrit, demande, relit et envoie : pages, redirections et requêtes SQL."""
    vues = []

    def noter(reponse):
        texte = getattr(reponse, "url", reponse.text)
        texte = re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", texte).replace(courriel, "ADRESSE")
        vues.append((reponse.status_code, re.sub(r"/demande/\d+/", "/demande/N/", texte)))
        return reponse

    with CaptureQueriesContext(connection) as inscription:
        noter(s_inscrire(client, courriel=courriel))
    with CaptureQueriesContext(connection) as capture:
        noter(client.get("/demande/identification/"))
        noter(client.get(f"/demande/nouvelle/?application={profil.application.code}"))
        adresse = f"/demande/{numero(noter(choisir(client, profil)))}"
        for chemin in ("/", "/application/", "/structures/", "/structures/type/", "/structures/esms/numero/"):
            noter(client.get(adresse + chemin))
        noter(client.get(f"{adresse}/structures/esms/recherche/", {"q": structure.nom}))
        for _ in range(2):
            noter(client.post(f"{adresse}/structures/ajouter/", {"structure": structure.pk}, follow=True))
        noter(client.post(f"{adresse}/message/", {"message": "Bon"}))
        noter(client.get(f"{adresse}/recapitulatif/"))
        noter(client.get(f"{adresse}/abandonner/"))
        noter(client.post(f"{adresse}/recapitulatif/", {"message": "Bonjour"}, follow=True))
        noter(client.get(f"{adresse}/recapitulatif/"))
        noter(client.get("/mon-compte/demandes/"))
    # Le travail d'une création est fait puis défait pour une adresse connue : le même, dans un autre ordre.
    return vues, [sorted(filter(None, map(travail, inscription))), list(map(travail, capture))]


def travail(requete):
    """« SELECT accounts_utilisateur » ; rien d'un point de reprise, que la base pose et défait sans travail."""
    verbe, table = re.match(r"(\w+)[^\"]*\"?(\w*)", requete["sql"].strip()).groups()
    return f"{verbe} {table}" if verbe in {"SELECT", "INSERT", "UPDATE", "DELETE"} else None


@pytest.mark.parametrize("etat", set(EtatCompte) - {EtatCompte.ANONYME})  # un compte anonymisé n'a plus d'adresse
def test_une_adresse_connue_voit_les_memes_pages_au_meme_prix(client, profil, structure, etat):
    """Même si la personne connue attend déjà une décision pour cette structure."""
    connue = UtilisateurFactory(etat=etat, courriel="connue@structure.example", prenom="Sacha", nom="Secret")
    DemandeFactory(demandeur=connue, profil=profil, pour=[structure])
    vues, requetes = pages_vues(client, profil, structure, "connue@structure.example")
    nouvelles, requetes_nouvelles = pages_vues(Client(), profil, structure, "nouvelle@structure.example")
    assert vues == nouvelles
    assert requetes == requetes_nouvelles
    assert not any(secret in page for _, page in vues for secret in ("Sacha", "Secret", connue.identifiant))


@pytest.mark.parametrize(
    ("etat", "modele"),
    [
        (EtatCompte.ACTIF, "deja_un_compte"),
        (EtatCompte.A_CONFIRMER, "confirmation_rappelee"),
        (EtatCompte.DESACTIVE, "compte_desactive"),
    ],
)
def test_rien_n_atteint_le_compte_d_une_adresse_connue(client, profil, structure, etat, modele):
    decideuse = gestionnaire()
    connue = UtilisateurFactory(etat=etat)
    avant = Utilisateur.objects.filter(pk=connue.pk).values().get()
    s_inscrire(client, courriel=connue.courriel)
    remplir(client, profil, structure)
    assert courriels_ecrits() == [(modele, connue.courriel)]
    assert not connue.demandes.exists()
    if etat == EtatCompte.A_CONFIRMER:
        confirmer(client, "confirmation_rappelee")
    assert not connue.demandes.exists()
    assert not confiees_a(decideuse).exists()
    avant["etat"] = Utilisateur.objects.get(pk=connue.pk).etat
    gardes = set(avant) - {"confirme_le", "last_login"}
    assert Utilisateur.objects.filter(pk=connue.pk).values(*gardes).get().items() <= avant.items()


def test_le_courriel_dit_que_la_demande_n_a_pas_ete_gardee(client):
    for etat in (EtatCompte.ACTIF, EtatCompte.A_CONFIRMER):
        s_inscrire(client, courriel=UtilisateurFactory(etat=etat).courriel)
        assert "n'a pas été gardée" in Courriel.objects.first().texte


# --- La session seule ------------------------------------------------------------------------------------------------
def chemins(demande):
    return [
        ("get", f"/demande/{demande}/{fin}")
        for fin in ("", "application/", "structures/", "structures/type/", "recapitulatif/", "abandonner/")
    ] + [
        ("post", f"/demande/{demande}/{fin}")
        for fin in ("structures/ajouter/", "structures/retirer/", "message/", "recapitulatif/", "abandonner/")
    ]


def assert_ferme(client, demande):
    for methode, chemin in chemins(demande):
        reponse = getattr(client, methode)(chemin)
        suite = chemin if methode == "get" else f"/demande/{demande}/"
        assert (reponse.status_code, reponse.url) == (302, f"{CONNEXION}?next={suite}")


def test_un_autre_navigateur_n_y_touche_pas(client, profil):
    s_inscrire(client)
    commencee = numero(choisir(client, profil))
    assert_ferme(Client(), commencee)


def test_la_session_d_une_inscription_ne_lit_que_sa_demande(client, profil):
    s_inscrire(client)
    choisir(client, profil)
    for autre in (DemandeFactory(etat=EtatDemande.BROUILLON), DemandeFactory(demandeur=None, etat="brouillon")):
        assert_ferme(client, autre.pk)
    assert_ferme(client, 0)


def test_sans_compte_la_session_ne_lit_pas_non_plus_les_autres_demandes_sans_auteur(client, profil):
    s_inscrire(client, courriel=UtilisateurFactory().courriel)
    choisir(client, profil)
    assert_ferme(client, DemandeFactory(demandeur=None, etat=EtatDemande.BROUILLON).pk)


def test_l_adresse_confirmee_la_session_de_l_inscription_ne_peut_plus_rien(client, profil):
    """Un tiers qui s'est inscrit avec l'adresse d'une personne ne demande rien en son nom après qu'elle a confirmé."""
    s_inscrire(client)
    commencee = numero(choisir(client, profil))
    confirmer(Client())
    assert_ferme(client, commencee)
    assert client.get("/demande/nouvelle/").url.startswith(CONNEXION)
    assert Demande.objects.get().etat == EtatDemande.BROUILLON


def test_une_session_d_inscription_n_ouvre_rien_d_autre(client):
    s_inscrire(client)
    for adresse in ("/mon-compte/identite/", "/mon-compte/demandes/", "/camsp-cmpp/", "/gestion/demandes/"):
        assert client.get(adresse).url.startswith(CONNEXION)


def test_la_cle_de_session_change_a_l_inscription(client):
    session = client.session
    session["posee"] = "par un autre"
    session.save()
    s_inscrire(client)
    assert client.session.session_key != session.session_key


def test_une_personne_connectee_garde_son_parcours_a_trois_etapes(client, profil):
    s_inscrire(client)
    client.force_login(UtilisateurFactory())
    page = client.get("/demande/nouvelle/").text
    assert "Étape 1 sur 3" in page
    assert "Demande de création de compte" not in page
    assert client.get(INSCRIPTION).url == "/"
    assert client.get("/demande/identification/").url == INSCRIPTION
    commencee = numero(choisir(client, profil))
    assert client.get(f"/demande/{commencee}/abandonner/").url == f"/mon-compte/demandes/{commencee}/supprimer/"
