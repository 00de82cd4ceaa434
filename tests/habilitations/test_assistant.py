"""L'assistant à deux onglets, et ses allers-retours avec le récapitulatif."""

import re

import pytest

from courriels.models import Courriel
from habilitations import services
from habilitations.enums import EtatDemande
from habilitations.models import Demande
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    HabilitationFactory,
    ProfilFactory,
    profil_avec_structures,
    profil_sans_structure,
)
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def personne(client):
    personne = UtilisateurFactory()
    client.force_login(personne)
    return personne


@pytest.fixture
def brouillon(personne):
    return DemandeFactory(etat=EtatDemande.BROUILLON, demandeur=personne)


def relu(page: str) -> str:
    return re.search(r'name="relu" value="([^"]+)"', page)[1]


class TestDeuxOnglets:
    def test_une_demande_changee_ailleurs_se_relit_avant_de_partir(self, client, personne, brouillon):
        recapitulatif = f"/demande/{brouillon.pk}/recapitulatif/"
        montre = relu(client.get(recapitulatif).text)
        autre = StructureFactory(nom="CAMSP DE L'AUTRE ONGLET")
        services.ajouter_structure(demande=brouillon, structure=autre, acteur=personne)
        page = client.post(recapitulatif, {"message": "Je garde ceci", "relu": montre}).text.replace("&#x27;", "'")
        assert "a changé dans un autre onglet" in page
        assert "CAMSP DE L'AUTRE ONGLET" in page
        assert "Je garde ceci" in page
        assert not Courriel.objects.exists()
        client.post(recapitulatif, {"message": "Je garde ceci", "relu": relu(page)})
        brouillon.refresh_from_db()
        assert brouillon.etat == EtatDemande.EN_ATTENTE

    def test_le_profil_change_ailleurs_se_relit_aussi(self, client, personne, brouillon):
        recapitulatif = f"/demande/{brouillon.pk}/recapitulatif/"
        montre = relu(client.get(recapitulatif).text)
        autre = profil_avec_structures(code="autre", nom="Autre profil")
        services.choisir_profil(demande=brouillon, profil=autre, acteur=personne)
        assert "a changé dans un autre onglet" in client.post(recapitulatif, {"message": "", "relu": montre}).text
        assert Demande.objects.brouillons().get() == brouillon

    def test_deux_envois_du_meme_recapitulatif_n_en_font_qu_un(self, client, personne, brouillon):
        recapitulatif = f"/demande/{brouillon.pk}/recapitulatif/"
        montre = relu(client.get(recapitulatif).text)
        client.post(recapitulatif, {"message": "", "relu": montre})
        seconde = client.post(recapitulatif, {"message": "", "relu": montre}, follow=True)
        assert "a déjà été envoyée" in seconde.text
        assert Courriel.objects.filter(destinataire=personne.courriel).count() == 1

    def test_commencer_deux_fois_le_meme_profil_reprend_le_meme_brouillon(self, client, personne):
        profil = profil_avec_structures()
        for _ in range(2):
            client.post("/demande/nouvelle/?application=camsp-cmpp", {"profil": profil.pk})
        assert Demande.objects.count() == 1


class TestModifier:
    def test_un_profil_change_depuis_le_recapitulatif_y_revient_avec_ses_structures(self, client, brouillon):
        page = f"/demande/{brouillon.pk}/application/?retour=recapitulatif"
        autre = profil_avec_structures(code="autre", nom="Autre profil")
        texte = client.get(page).text
        assert f'href="/demande/{brouillon.pk}/recapitulatif/"' in texte
        assert "?application=camsp-cmpp&amp;retour=recapitulatif" in texte
        reponse = client.post(f"{page}&application=camsp-cmpp", {"profil": autre.pk})
        assert reponse["Location"] == f"/demande/{brouillon.pk}/recapitulatif/"

    def test_si_le_nouveau_profil_perd_les_structures_on_les_choisit_d_abord(self, client, brouillon):
        page = f"/demande/{brouillon.pk}/application/?retour=recapitulatif&application=camsp-cmpp"
        sans_types = ProfilFactory(code="autre", nom="Autre profil")
        reponse = client.post(page, {"profil": sans_types.pk})
        assert reponse["Location"] == f"/demande/{brouillon.pk}/structures/"

    def test_sans_retour_demande_l_assistant_va_a_l_etape_suivante(self, client, brouillon):
        page = f"/demande/{brouillon.pk}/application/?application=camsp-cmpp"
        reponse = client.post(page, {"profil": brouillon.profil_id})
        assert reponse["Location"] == f"/demande/{brouillon.pk}/structures/"


class TestTypeDit:
    @pytest.mark.parametrize("deja_tenu", [False, True])
    def test_le_recapitulatif_dit_le_type_de_la_demande(self, client, personne, brouillon, deja_tenu):
        if deja_tenu:
            HabilitationFactory(titulaire=personne, profil=brouillon.profil)
        page = client.get(f"/demande/{brouillon.pk}/recapitulatif/").text
        assert f"Type de demande : {'Ajout de structures' if deja_tenu else 'Ajout de profil'}." in page


def test_une_application_sans_profil_propose_ne_se_choisit_pas(client, personne):
    ApplicationFactory(code="vide", nom="Application vide")
    profil_sans_structure()
    page = client.get("/demande/nouvelle/").text
    assert "Application vide" not in page
    assert page.count("?application=camsp-cmpp") == 2  # le lien, et ce que htmx demande
    assert client.get("/demande/nouvelle/?application=vide").status_code == 404
