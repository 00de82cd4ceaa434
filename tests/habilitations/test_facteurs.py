"""Liste de contrôle, ligne 8 : une application qui veut une connexion forte l'obtient, puis mène où l'on allait."""

import pytest
from django.test import Client

from habilitations.models import Application, Profil
from tests.accounts.facteurs import (
    SECURITE,
    VERIFICATION,
    application,
    canal,
    code_de,
    code_recu,
    donner_le_mot_de_passe,
    entrer,
    redonner_le_mot_de_passe,
)
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import HabilitationFactory, gestionnaire

pytestmark = pytest.mark.django_db
DOCUMENTS = "/camsp-cmpp/documents/?annee=2026"
SUITE = "?next=%2Fcamsp-cmpp%2Fdocuments%2F%3Fannee%3D2026"
FILE = "/gestion/demandes/"


@pytest.fixture
def client():
    """Une session comme le portail les ouvre, sans le raccourci des autres tests."""
    return Client()


@pytest.fixture
def titulaire(client):
    titulaire = HabilitationFactory().titulaire
    donner_le_mot_de_passe(client, titulaire)
    return titulaire


def exiger(quoi):
    quoi.objects.update(connexion_forte=True)


def test_une_application_ordinaire_s_ouvre_a_une_session_simple(client, titulaire):
    assert client.get(DOCUMENTS).status_code == 200


@pytest.mark.parametrize("quoi", [Application, Profil])
def test_une_session_simple_passe_par_la_verification_puis_va_ou_elle_allait(client, titulaire, quoi):
    exiger(quoi)
    appareil = application(titulaire)
    assert client.get(DOCUMENTS).url == f"{VERIFICATION}{SUITE}"
    assert client.get(f"{VERIFICATION}{SUITE}").status_code == 200
    assert client.post(f"{VERIFICATION}{SUITE}", {"code": code_de(appareil)}).url == DOCUMENTS
    assert client.get(DOCUMENTS).status_code == 200


def test_qui_n_a_pas_de_facteur_en_ajoute_un_puis_va_ou_il_allait(client, titulaire):
    exiger(Application)
    assert client.get(f"{VERIFICATION}{SUITE}").url == f"{SECURITE}ajouter/{SUITE}"
    redonner_le_mot_de_passe(client)
    assert "vous irez ensuite" in client.get(f"{SECURITE}ajouter/{SUITE}").text
    activer = client.post(f"{SECURITE}ajouter/courriel/{SUITE}").url
    assert client.post(activer, {"code": code_recu()}).url == DOCUMENTS
    assert client.get(DOCUMENTS).status_code == 200


def test_un_formulaire_envoye_revient_a_l_entree_de_l_application(client, titulaire):
    exiger(Application)
    application(titulaire)
    assert client.post("/camsp-cmpp/nouveau/").url == f"{VERIFICATION}?next=%2Fcamsp-cmpp%2F"


def test_une_connexion_forte_entre_sans_detour(client):
    titulaire = HabilitationFactory().titulaire
    exiger(Application)
    entrer(client, titulaire, application(titulaire))
    assert client.get(DOCUMENTS).status_code == 200


def test_la_verification_n_ouvre_pas_une_application_sans_droit(client):
    HabilitationFactory()
    exiger(Application)
    personne = UtilisateurFactory()
    entrer(client, personne, application(personne))
    assert client.get(DOCUMENTS).status_code == 403


def test_une_simple_visite_n_envoie_rien(client, titulaire):
    exiger(Application)
    facteur = canal(titulaire)
    client.get(DOCUMENTS)
    client.get(f"{VERIFICATION}{SUITE}")
    assert not facteur.codes.exists()


class TestObligation:
    def test_une_personne_gestionnaire_donne_deux_etapes(self, client):
        personne = gestionnaire()
        donner_le_mot_de_passe(client, personne)
        assert client.get(FILE).url == f"{VERIFICATION}?next=%2Fgestion%2Fdemandes%2F"
        assert client.get(f"{VERIFICATION}?next={FILE}").url.startswith(f"{SECURITE}ajouter/")
        entrer(client, personne, application(personne))
        assert client.get(FILE).status_code == 200

    def test_le_support_donne_deux_etapes(self, client):
        personne = UtilisateurFactory(is_staff=True, is_superuser=True)
        donner_le_mot_de_passe(client, personne)
        page = client.get("/admin/accounts/utilisateur/", follow=True)
        assert page.redirect_chain[1][0] == f"{VERIFICATION}?next=%2Fadmin%2Faccounts%2Futilisateur%2F"
        assert page.redirect_chain[-1][0].startswith(f"{SECURITE}ajouter/")
        entrer(client, personne, application(personne))
        assert client.get("/admin/accounts/utilisateur/").status_code == 200

    def test_le_reglage_leve_l_obligation(self, client, settings):
        settings.SECOND_FACTEUR_OBLIGATOIRE = False
        personne = gestionnaire()
        personne.is_staff = personne.is_superuser = True
        personne.save()
        donner_le_mot_de_passe(client, personne)
        assert client.get(FILE).status_code == 200
        assert client.get("/admin/").status_code == 200
