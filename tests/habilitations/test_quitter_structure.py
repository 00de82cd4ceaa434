"""Rendre d'un seul geste ce que l'on tient dans une structure."""

import pytest

from courriels.models import Courriel
from habilitations.enums import EtatDemande, EtatHabilitation
from habilitations.services import quitter_structure
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import DemandeFactory, HabilitationFactory, ProfilFactory
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lieu():
    return StructureFactory()


@pytest.fixture
def personne(client, lieu):
    personne = UtilisateurFactory(structure=lieu)
    client.force_login(personne)
    return personne


def page(lieu):
    return f"/mon-compte/structures/{lieu.pk}/quitter/"


def test_la_page_liste_tout_et_ne_rend_rien(client, personne, lieu):
    HabilitationFactory(titulaire=personne, structure=lieu)
    attente = DemandeFactory(demandeur=personne, pour=[lieu], profil=ProfilFactory(code="autre", nom="Autre profil"))
    texte = client.get(page(lieu)).text
    for attendu in (
        "Gestionnaire CAMSP CMPP",
        f"la demande n° {attente.pk}",
        "structure d&#x27;appartenance",
        "Rester",
    ):
        assert attendu in texte or attendu.replace("&#x27;", "'") in texte
    assert not Evenement.objects.exists()


def test_quitter_rend_tout_d_un_coup_et_rien_d_autre(client, personne, lieu):
    ailleurs = StructureFactory()
    ici, la_bas = (HabilitationFactory(titulaire=personne, structure=une) for une in (lieu, ailleurs))
    d_une_autre = HabilitationFactory(structure=lieu)
    autre_profil = ProfilFactory(code="autre", nom="Autre profil")
    seule = DemandeFactory(demandeur=personne, pour=[lieu], profil=autre_profil)
    double = DemandeFactory(
        demandeur=personne, pour=[lieu, ailleurs], profil=ProfilFactory(code="tiers", nom="Tiers profil")
    )
    brouillon = DemandeFactory(demandeur=personne, pour=[lieu], etat=EtatDemande.BROUILLON)
    assert client.post(page(lieu)).url == "/mon-compte/habilitations/"
    for objet in (ici, la_bas, d_une_autre, seule, double, brouillon, personne):
        objet.refresh_from_db()
    assert (ici.etat, la_bas.etat, d_une_autre.etat) == (
        EtatHabilitation.RENONCEE,
        EtatHabilitation.ACTIVE,
        EtatHabilitation.ACTIVE,
    )
    assert (seule.etat, double.etat, brouillon.etat) == (
        EtatDemande.ANNULEE,
        EtatDemande.EN_ATTENTE,
        EtatDemande.ANNULEE,
    )
    assert list(double.structures.all()) == [ailleurs]
    assert personne.structure is None
    courriel = Courriel.objects.get()
    assert (courriel.destinataire, courriel.modele) == (personne.courriel, "habilitations/courriels/structure_quittee")
    assert "habilitation CAMSP / CMPP" in courriel.texte


def test_quitter_deux_fois_ne_fait_rien_de_plus(personne, lieu):
    quitter_structure(structure=lieu, acteur=personne)
    assert not quitter_structure(structure=lieu, acteur=personne)
    assert Courriel.objects.count() == 1
    assert Evenement.objects.filter(action="structure.quittee").count() == 1


@pytest.mark.parametrize("methode", ["get", "post"])
def test_une_structure_ou_l_on_ne_tient_rien_n_existe_pas(client, personne, methode):
    autre = HabilitationFactory().structure
    assert getattr(client, methode)(page(autre)).status_code == 404


def test_mes_habilitations_mene_aux_structures_a_quitter(client, personne, lieu):
    etrangere = HabilitationFactory().structure
    texte = client.get("/mon-compte/habilitations/").text
    assert page(lieu) in texte
    assert page(etrangere) not in texte
