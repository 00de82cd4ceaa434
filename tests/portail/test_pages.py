"""Pages du portail lui-même : accueil, information, erreurs, entretien, santé."""

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.utils.text import slugify

from habilitations.enums import ADMINISTRATION, EtatDemande
from portail import views
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import ApplicationFactory, DemandeFactory, HabilitationFactory, ProfilFactory

INFORMATIONS = {
    "/mentions-legales/": "Mentions légales",
    "/donnees-personnelles/": "Données personnelles",
    "/accessibilite/": "Déclaration d&#x27;accessibilité",
    "/conditions/": "Conditions d'utilisation",
    "/plan-du-site/": "Plan du site",
    "/aide/": "Aide",
}


@pytest.fixture
def personne(db):
    return UtilisateurFactory()


@pytest.fixture
def connectee(client, personne):
    client.force_login(personne)
    return client


def ouvrir(personne, nom, **champs):
    application = ApplicationFactory(**{"nom": nom, "code": slugify(nom)} | champs)
    HabilitationFactory(titulaire=personne, profil=ProfilFactory(application=application), structure=None)


class TestAccueil:
    @pytest.mark.django_db
    def test_sans_session_il_mene_a_la_connexion(self, client):
        assert client.get("/").url == "/connexion/"

    def test_il_montre_une_tuile_par_application_ouverte(self, connectee, personne):
        ouvrir(personne, "CAMSP / CMPP", adresse="/camsp-cmpp/")
        ApplicationFactory(nom="Jamais demandée", code="jamais-demandee")
        page = connectee.get("/").content.decode()
        assert 'href="/camsp-cmpp/">CAMSP / CMPP</a>' in page
        assert "Jamais demandée" not in page

    def test_sans_application_il_dit_quoi_faire(self, connectee):
        page = connectee.get("/").content.decode()
        assert "Aucune application ne vous est encore ouverte" in page
        assert 'href="/demande/nouvelle/"' in page

    def test_il_dit_ou_en_sont_les_demandes_la_question_posee_d_abord(self, connectee, personne):
        attendue = DemandeFactory(demandeur=personne)
        question = DemandeFactory(demandeur=personne, etat=EtatDemande.A_COMPLETER)
        autre = DemandeFactory()
        page = connectee.get("/").content.decode()
        repondre, suivre = f"/mon-compte/demandes/{question.pk}/completer/", f"/mon-compte/demandes/{attendue.pk}/"
        assert 0 < page.index(repondre) < page.index(suivre)
        assert f"/mon-compte/demandes/{autre.pk}/" not in page
        assert "dès que votre demande sera décidée" in page

    def test_une_application_externe_le_dit(self, connectee, personne):
        ouvrir(personne, "Extranet", adresse="https://extranet.example/")
        assert "Ouvrir le site" in connectee.get("/").content.decode()

    def test_le_nombre_de_requetes_ne_depend_pas_du_nombre_de_tuiles(
        self, connectee, personne, django_assert_max_num_queries
    ):
        ouvrir(personne, "ADMINISTRATION", code=ADMINISTRATION)
        with django_assert_max_num_queries(20) as avec_une:
            connectee.get("/")
        ouvrir(personne, "Extranet")
        ouvrir(personne, "APA-PCH")
        with django_assert_max_num_queries(len(avec_une)):
            connectee.get("/")


@pytest.mark.django_db
@pytest.mark.parametrize(("adresse", "titre"), INFORMATIONS.items())
def test_une_page_d_information_est_publique_et_nomme_l_organisme(client, settings, adresse, titre):
    settings.ORGANISATION_NOM = "Région Exemple"
    reponse = client.get(adresse)
    page = reponse.content.decode()
    assert reponse.status_code == 200
    assert f"<h1>{titre}</h1>".replace("&#x27;", "'") in page
    assert "Région Exemple" in page


@pytest.mark.django_db
def test_une_adresse_inconnue_donne_la_page_404_du_theme(client):
    reponse = client.get("/nexistepas/")
    assert reponse.status_code == 404
    assert "Cette page n'existe pas" in reponse.content.decode()


@pytest.mark.django_db
def test_un_formulaire_sans_jeton_donne_une_page_qui_dit_quoi_faire():
    reponse = Client(enforce_csrf_checks=True).post("/connexion/")
    assert reponse.status_code == 403
    assert "rechargez-la, puis recommencez" in reponse.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    "adresse",
    ["/?q=%00", "/demande/nouvelle/?q=%00", "/demande/nouvelle/?application=%00", "/camsp-cmpp/recepisses/a%00/"],
)
def test_un_octet_nul_dans_l_adresse_n_est_pas_une_panne(connectee, adresse):
    reponse = connectee.get(adresse)
    assert reponse.status_code == 400
    assert "Demande incomprise" in reponse.content.decode()


@pytest.mark.django_db
def test_l_adresse_d_un_bouton_a_une_page_qui_dit_quoi_faire(connectee):
    reponse = connectee.get("/deconnexion/")
    assert reponse.status_code == 405
    assert "Ce geste se fait depuis sa page" in reponse.content.decode()
    assert "POST" in reponse["Allow"]


@pytest.mark.django_db
def test_un_hote_invente_est_refuse_avant_toute_page(client):
    assert client.post("/inscription/", headers={"host": "pirate.example"}).status_code == 400


def test_la_page_500_se_rend_sans_base(rf):
    reponse = views.erreur_interne(rf.get("/"))
    assert reponse.status_code == 500
    assert "Le portail rencontre un problème" in reponse.content.decode()


def test_la_page_400_se_rend_sans_base(rf):
    reponse = views.requete_incomprise(rf.get("/"), ValueError())
    assert reponse.status_code == 400
    assert "Demande incomprise" in reponse.content.decode()


class TestEntretien:
    @pytest.fixture(autouse=True)
    def _en_entretien(self, settings):
        settings.MAINTENANCE = True

    def test_toute_adresse_repond_503_sans_base(self, client):
        client.cookies["session"] = "une-session-que-la-base-connaitrait"
        for adresse in ("/", "/connexion/", "/admin/"):
            reponse = client.get(adresse)
            assert reponse.status_code == 503
            assert reponse["Retry-After"]
            assert "Le portail est en maintenance" in reponse.content.decode()

    def test_les_couleurs_restent_servies(self, client):
        assert client.get("/couleurs.css").status_code == 200

    @pytest.mark.django_db
    def test_le_temoin_de_sante_repond_encore(self, client):
        assert client.get("/sante/").status_code == 200


class TestSante:
    @pytest.mark.django_db
    def test_le_portail_en_service_le_dit(self, client):
        reponse = client.get("/sante/")
        assert (reponse.status_code, reponse.content) == (200, b"en service\n")

    def test_une_base_injoignable_donne_503(self, client, monkeypatch):
        def panne():
            raise OperationalError

        monkeypatch.setattr(connection, "ensure_connection", panne)
        assert client.get("/sante/").status_code == 503
