"""Qui décide de quoi : portefeuilles et permissions."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.enums import EtatCompte
from habilitations.enums import EtatDemande, EtatHabilitation
from habilitations.models import Habilitation, confiees_a
from habilitations.permissions import peut_annuler, peut_decider, peut_renoncer
from habilitations.queries import gestionnaires_couvrant
from structures.models import Region
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    ApplicationFactory,
    DemandeFactory,
    HabilitationFactory,
    ProfilFactory,
    gestionnaire,
    profil_avec_structures,
    profil_sans_structure,
    structure_a,
)

pytestmark = pytest.mark.django_db


def confiee(demande, personne) -> bool:
    """La file et l'avis d'une nouvelle demande suivent la même règle."""
    dans_la_file = confiees_a(personne).filter(pk=demande.pk).exists()
    assert dans_la_file == gestionnaires_couvrant(demande).filter(pk=personne.pk).exists()
    return dans_la_file


def test_un_portefeuille_d_application_couvre_tous_ses_profils():
    assert confiee(DemandeFactory(), gestionnaire())


def test_un_portefeuille_d_une_autre_application_ne_montre_rien():
    autre = ApplicationFactory(code="extranet", nom="Extranet")
    assert not confiee(DemandeFactory(), gestionnaire(applications=[autre]))


def test_un_portefeuille_de_profil_ne_couvre_que_ce_profil():
    demande = DemandeFactory()
    assert confiee(demande, gestionnaire(profils=[demande.profil]))
    assert not confiee(demande, gestionnaire(profils=[ProfilFactory(code="agent", nom="Agent CNSA")]))


def test_un_portefeuille_de_departement_ne_couvre_que_le_sien():
    a_paris, a_rennes = structure_a("75"), structure_a("35", region="53")
    personne = gestionnaire(departements=[a_paris.departement])
    assert confiee(DemandeFactory(pour=[a_paris]), personne)
    assert not confiee(DemandeFactory(pour=[a_rennes]), personne)


def test_un_portefeuille_de_region_couvre_ses_departements():
    a_paris, a_rennes = structure_a("75"), structure_a("35", region="53")
    personne = gestionnaire(regions=[a_paris.departement.region])
    assert confiee(DemandeFactory(pour=[a_paris]), personne)
    assert not confiee(DemandeFactory(pour=[a_rennes]), personne)


def test_une_demande_a_cheval_revient_a_qui_la_couvre_entierement():
    a_paris, a_rennes = structure_a("75"), structure_a("35", region="53")
    demande = DemandeFactory(pour=[a_paris, a_rennes])
    assert not confiee(demande, gestionnaire(departements=[a_paris.departement]))
    assert confiee(demande, gestionnaire(departements=[a_paris.departement, a_rennes.departement]))


def test_une_region_sans_departement_ne_couvre_pas_la_france():
    vide = Region.objects.create(code="99", nom="Région vide")
    assert not confiee(DemandeFactory(pour=[structure_a("75")]), gestionnaire(regions=[vide]))


def test_un_portefeuille_regional_ne_couvre_pas_un_profil_sans_structure():
    personne = gestionnaire(departements=[structure_a("75").departement])
    assert not confiee(DemandeFactory(profil=profil_sans_structure()), personne)


def test_une_structure_sans_departement_reste_aux_portefeuilles_nationaux():
    demande = DemandeFactory()
    assert not confiee(demande, gestionnaire(departements=[structure_a("75").departement]))


@pytest.mark.parametrize("fin", ["revoquee", "echue"])
def test_sans_habilitation_de_gestion_le_portefeuille_ne_montre_plus_rien(fin):
    demande, personne = DemandeFactory(), gestionnaire()
    droits = Habilitation.objects.filter(titulaire=personne)
    if fin == "revoquee":
        droits.update(etat=EtatHabilitation.REVOQUEE, close_le=timezone.now(), motif="Départ.")
    else:
        droits.update(fin_le=timezone.localdate() - timedelta(days=1))
    assert not confiee(demande, personne)


def test_nul_ne_voit_ni_ne_decide_sa_propre_demande():
    personne = gestionnaire()
    demande = DemandeFactory(demandeur=personne)
    assert not confiee(demande, personne)
    assert "sa propre demande" in peut_decider(personne, demande).raison


def test_un_brouillon_ne_se_montre_pas_aux_gestionnaires():
    demande, personne = DemandeFactory(etat=EtatDemande.BROUILLON), gestionnaire()
    assert not confiees_a(personne).filter(pk=demande.pk).exists()


def test_un_compte_desactive_n_est_pas_avise():
    demande, personne = DemandeFactory(), gestionnaire()
    personne.etat = EtatCompte.DESACTIVE
    personne.save()
    assert not gestionnaires_couvrant(demande).exists()


def test_decider_demande_un_portefeuille_et_une_demande_en_attente():
    demande = DemandeFactory()
    assert peut_decider(gestionnaire(), demande)
    assert "portefeuilles" in peut_decider(UtilisateurFactory(), demande).raison
    assert "n'attend plus" in peut_decider(gestionnaire(), DemandeFactory(etat=EtatDemande.REFUSEE)).raison


@pytest.mark.parametrize(
    ("etat", "permis"),
    [
        (EtatDemande.BROUILLON, True),
        (EtatDemande.EN_ATTENTE, True),
        (EtatDemande.A_COMPLETER, True),
        (EtatDemande.ACCEPTEE, False),
        (EtatDemande.REFUSEE, False),
        (EtatDemande.ANNULEE, False),
    ],
)
def test_une_demande_se_retire_tant_qu_elle_n_est_pas_decidee(etat, permis):
    demande = DemandeFactory(etat=etat)
    assert bool(peut_annuler(demande.demandeur, demande)) is permis
    assert not peut_annuler(UtilisateurFactory(), demande)


def test_seule_la_personne_habilitee_renonce_et_une_fois():
    droit = HabilitationFactory(profil=profil_avec_structures())
    assert peut_renoncer(droit.titulaire, droit)
    assert not peut_renoncer(UtilisateurFactory(), droit)
    assert not peut_renoncer(droit.titulaire, HabilitationFactory(etat=EtatHabilitation.RENONCEE))
