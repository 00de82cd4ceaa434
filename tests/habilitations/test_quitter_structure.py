"""Rendre d'un seul geste ce que l'on tient dans une structure."""

import pytest
from django.utils import timezone

from courriels.models import Courriel
from habilitations.enums import EtatDemande, EtatHabilitation
from habilitations.models import Demande, Habilitation
from habilitations.services import declarer_absence, quitter_structure
from journal.models import Evenement
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    HabilitationFactory,
    ProfilFactory,
    gestionnaire,
    profil_avec_structures,
)
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


class TestRemise:
    """Proposer à quelqu'un de prendre sa suite : une demande préparée, jamais un droit."""

    @pytest.fixture
    def droit(self, personne, lieu):
        return HabilitationFactory(titulaire=personne, structure=lieu, profil=profil_avec_structures())

    @pytest.fixture
    def collegue(self, lieu):
        return HabilitationFactory(structure=lieu, profil=ProfilFactory(code="autre", nom="Autre profil")).titulaire

    def test_un_collegue_habilite_recoit_une_demande_a_relire_et_aucun_droit(
        self, client, personne, lieu, droit, collegue
    ):
        assert collegue.get_full_name() in client.get(page(lieu)).text
        reponse = client.post(page(lieu), {"a_qui": str(collegue.pk)}, follow=True)
        assert collegue.courriel in reponse.text
        demande = Demande.objects.get(demandeur=collegue)
        assert (demande.etat, demande.profil, demande.remise_par) == (EtatDemande.BROUILLON, droit.profil, personne)
        assert list(demande.structures.all()) == [lieu]
        assert not Habilitation.objects.actives().filter(titulaire=collegue, profil=droit.profil).exists()
        assert "vous propose de prendre sa suite" in Courriel.objects.get(destinataire=collegue.courriel).sujet
        client.force_login(collegue)
        assert "vous propose de prendre sa suite" in client.get(f"/demande/{demande.pk}/recapitulatif/").text

    def test_le_gestionnaire_qui_couvre_est_prevenu_et_lui_seul(self, client, lieu, droit, collegue):
        couvrant, ailleurs = gestionnaire(), gestionnaire(applications=[ApplicationFactory(code="extranet")])
        client.post(page(lieu), {"a_qui": str(collegue.pk)})
        texte = Courriel.objects.get(destinataire=couvrant.courriel).texte
        assert collegue.courriel in texte
        assert not Courriel.objects.filter(destinataire=ailleurs.courriel).exists()

    def test_qui_supplee_le_gestionnaire_absent_est_prevenu_a_sa_place(self, client, lieu, droit):
        absent, suppleant = gestionnaire(), gestionnaire(applications=[])
        jour = timezone.localdate()
        declarer_absence(acteur=absent, suppleant=suppleant, debut_le=jour, fin_le=jour)
        client.post(page(lieu), {})
        departs = Courriel.objects.filter(modele="habilitations/courriels/depart_signale")
        assert list(departs.values_list("destinataire", flat=True)) == [suppleant.courriel]

    def test_une_adresse_sans_compte_recoit_une_invitation_et_la_page_repond_de_meme(self, client, lieu, droit):
        reponse = client.post(page(lieu), {"a_qui": "autre", "courriel": "suite@centre.example"}, follow=True)
        assert "Votre proposition part à suite@centre.example." in reponse.text
        assert "/inscription/" in Courriel.objects.get(destinataire="suite@centre.example").texte
        assert not Demande.objects.exists()

    def test_une_adresse_qui_a_un_compte_recoit_une_demande(self, client, lieu, droit):
        suite = UtilisateurFactory(courriel="suite@centre.example")
        client.post(page(lieu), {"a_qui": "autre", "courriel": "Suite@Centre.example"})
        assert Demande.objects.brouillons().get().demandeur == suite

    @pytest.mark.parametrize(
        ("saisie", "erreur"),
        [
            ({"a_qui": "autre"}, "Saisissez l'adresse de la personne"),
            ({"a_qui": "autre", "courriel": "pas une adresse"}, "Saisissez une adresse courriel entière"),
            ({"a_qui": "999999"}, "choix valide"),
        ],
    )
    def test_une_saisie_fautive_ne_rend_rien(self, client, lieu, droit, saisie, erreur):
        texte = client.post(page(lieu), saisie).text.replace("&#x27;", "'")
        assert erreur in texte
        assert "Erreur :" in texte
        droit.refresh_from_db()
        assert droit.etat == EtatHabilitation.ACTIVE

    def test_sa_propre_adresse_n_est_pas_une_suite(self, client, personne, lieu, droit):
        texte = client.post(page(lieu), {"a_qui": "autre", "courriel": personne.courriel}).text
        assert "votre adresse" in texte

    def test_une_suite_qui_tient_deja_tout_n_a_rien_a_faire(self, client, lieu, droit):
        deja = HabilitationFactory(structure=lieu, profil=droit.profil).titulaire
        client.post(page(lieu), {"a_qui": str(deja.pk)})
        assert not Demande.objects.exists()
        assert "vous n'avez rien à faire" in Courriel.objects.get(destinataire=deja.courriel).texte

    def test_sans_droit_en_vigueur_ici_rien_ne_se_remet(self, client, personne, lieu):
        DemandeFactory(demandeur=personne, pour=[lieu])
        assert "Remettre à quelqu" not in client.get(page(lieu)).text
        client.post(page(lieu), {"a_qui": "autre", "courriel": "victime@centre.example"})
        assert not Courriel.objects.filter(destinataire="victime@centre.example").exists()

    def test_le_brouillon_du_collegue_pour_ce_profil_est_complete_non_double(self, client, lieu, droit, collegue):
        sien = DemandeFactory(demandeur=collegue, profil=droit.profil, etat=EtatDemande.BROUILLON)
        client.post(page(lieu), {"a_qui": str(collegue.pk)})
        assert Demande.objects.brouillons().get(demandeur=collegue) == sien
        assert lieu in sien.structures.all()
