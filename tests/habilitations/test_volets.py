"""Sur la fiche d'un établissement : qui y est habilité, pour la personne qui le gère."""

import pytest
from django.test import Client
from django.urls import reverse

from habilitations.enums import EtatHabilitation
from habilitations.models import Portefeuille
from structures.models import Departement, Region
from structures.raccords import employees
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import ApplicationFactory, HabilitationFactory, ProfilFactory, profil_de_gestion
from tests.structures.factories import StructureFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def structure():
    region = Region.objects.create(code="11", nom="Île-de-France")
    return StructureFactory(departement=Departement.objects.create(code="75", nom="Paris", region=region))


@pytest.fixture
def gestionnaire(client):
    """Gère l'application CAMSP / CMPP dans toute la France."""
    personne = HabilitationFactory(profil=profil_de_gestion(), structure=None).titulaire
    portefeuille = Portefeuille.objects.create(nom="Essai")
    portefeuille.gestionnaires.add(personne)
    portefeuille.applications.add(ApplicationFactory())
    client.force_login(personne)
    return portefeuille


def fiche(client, structure):
    return client.get(reverse("structures:fiche", args=[structure.pk])).content.decode()


def test_la_personne_gestionnaire_lit_qui_est_habilite(client, gestionnaire, structure):
    droit = HabilitationFactory(structure=structure)
    assert droit.titulaire.courriel in fiche(client, structure)


def test_seuls_les_droits_en_vigueur_ici_pour_ses_profils_s_y_lisent(client, gestionnaire, structure):
    autre = ProfilFactory(application=ApplicationFactory(code="autre", nom="Autre"), code="autre", nom="Autre")
    caches = [
        HabilitationFactory(structure=structure, etat=EtatHabilitation.RENONCEE),
        HabilitationFactory(structure=StructureFactory()),
        HabilitationFactory(structure=structure, profil=autre),
    ]
    page = fiche(client, structure)
    assert "Personne n'est habilité ici" in page
    assert not any(droit.titulaire.courriel in page for droit in caches)


def test_hors_de_son_territoire_on_ne_lit_rien(client, gestionnaire, structure):
    droit = HabilitationFactory(structure=structure)
    rhone = Departement.objects.create(code="69", nom="Rhône", region=Region.objects.create(code="84", nom="ARA"))
    gestionnaire.departements.add(rhone)
    page = fiche(client, structure)
    assert "Personnes habilitées" not in page
    assert droit.titulaire.courriel not in page
    gestionnaire.regions.add(structure.departement.region)
    assert droit.titulaire.courriel in fiche(client, structure)


def test_une_session_sans_second_facteur_n_y_lit_rien(gestionnaire, structure, settings):
    settings.SECOND_FACTEUR_OBLIGATOIRE = True
    droit = HabilitationFactory(structure=structure)
    faible = Client()
    faible.force_login(gestionnaire.gestionnaires.get())
    assert droit.titulaire.courriel not in fiche(faible, structure)


def test_une_personne_sans_gestion_ne_lit_rien(client, gestionnaire, structure):
    droit = HabilitationFactory(structure=structure)
    client.force_login(UtilisateurFactory())
    page = fiche(client, structure)
    assert "Personnes habilitées" not in page
    assert droit.titulaire.courriel not in page


@pytest.mark.parametrize("nombre", [1, 3])
def test_la_fiche_ne_coute_pas_plus_avec_plus_de_personnes(
    client, gestionnaire, structure, nombre, django_assert_max_num_queries
):
    HabilitationFactory.create_batch(nombre, structure=structure)
    with django_assert_max_num_queries(17):
        fiche(client, structure)


def test_une_structure_est_employee_des_que_quelqu_un_y_est_habilite(structure):
    HabilitationFactory(structure=structure)
    HabilitationFactory(structure=StructureFactory(), etat=EtatHabilitation.RENONCEE)
    assert employees() == {structure.pk}
