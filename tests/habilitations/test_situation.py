"""Le département d'une demande suit ses structures."""

from importlib import import_module

import pytest
from django.apps import apps

from habilitations.models import Demande, Etendue, confiees_a
from habilitations.services import ajouter_structure, creer_brouillon, quitter_structure, situer_de_nouveau, soumettre
from structures.models import Structure
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import (
    DemandeFactory,
    gestionnaire,
    profil_avec_structures,
    profil_sans_structure,
    structure_a,
)

pytestmark = pytest.mark.django_db


def envoyee(*structures):
    personne = UtilisateurFactory()
    demande = creer_brouillon(profil=profil_avec_structures(), acteur=personne)
    for structure in structures:
        ajouter_structure(demande=demande, structure=structure, acteur=personne)
    return soumettre(demande=demande, acteur=personne)


def test_une_demande_envoyee_s_etend_aux_secteurs_de_ses_structures():
    demande = envoyee(structure_a("75"), structure_a("75"), structure_a("35", region="53"))
    assert demande.etendue.code == "esms:35,esms:75"
    assert sorted(map(str, demande.etendue.secteurs.all())) == ["esms:35", "esms:75"]


@pytest.mark.parametrize(
    ("departements", "attendu"), [(["75", "75"], "75"), (["75", "35"], None), (["75", None], None), ([None], None)]
)
def test_une_demande_est_du_departement_de_toutes_ses_structures(departements, attendu):
    structure_a("35", region="53")
    demande = envoyee(*(structure_a("75", departement_id=departement) for departement in departements))
    assert demande.departement_id == attendu


def test_les_memes_secteurs_font_la_meme_etendue():
    assert envoyee(structure_a("75")).etendue == DemandeFactory(pour=[structure_a("75")]).etendue


def test_une_demande_sans_structure_n_a_pas_d_etendue():
    assert DemandeFactory(profil=profil_sans_structure()).etendue is None


def test_quitter_une_structure_situe_de_nouveau_ce_qui_reste():
    a_paris, a_rennes = structure_a("75"), structure_a("35", region="53")
    demande = envoyee(a_paris, a_rennes)
    quitter_structure(structure=a_rennes, acteur=demande.demandeur)
    demande.refresh_from_db()
    assert (demande.etendue.code, demande.departement_id) == ("esms:75", "75")


@pytest.mark.parametrize(("avant", "apres"), [("75", "35"), (None, "35"), ("75", None)])
def test_le_menage_suit_une_structure_qui_a_change_de_departement(avant, apres):
    structure_a("35", region="53")
    deplacee = structure_a("75", departement_id=avant)
    demande = DemandeFactory(pour=[deplacee])
    DemandeFactory(pour=[structure_a("75")])
    DemandeFactory(pour=[structure_a("75", departement_id=None)])
    DemandeFactory(profil=profil_sans_structure())
    Structure.objects.filter(pk=deplacee.pk).update(departement=apres)
    assert situer_de_nouveau() == 1
    assert situer_de_nouveau() == 0
    demande.refresh_from_db()
    assert (demande.etendue.code, demande.departement_id) == (f"esms:{apres or ''}", apres)


def test_le_menage_situe_une_demande_qui_ne_l_est_pas():
    demande = DemandeFactory(pour=[structure_a("75")])
    Demande.objects.update(etendue=None)
    assert situer_de_nouveau() == 1
    personne = gestionnaire(departements=[demande.structures.get().departement])
    assert list(confiees_a(personne)) == [demande]


def test_la_migration_situe_les_demandes_deja_envoyees():
    demandes = [
        DemandeFactory(pour=[structure_a("75"), structure_a("35", region="53")]),
        DemandeFactory(pour=[structure_a("75")]),
        DemandeFactory(pour=[structure_a("75")]),
    ]
    codes = [demande.etendue.code for demande in demandes]
    Demande.objects.update(etendue=None)
    Etendue.objects.all().delete()
    import_module("habilitations.migrations.0011_situer_les_demandes").situer(apps, None)
    assert [Demande.objects.get(pk=demande.pk).etendue.code for demande in demandes] == codes
