from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from courriels.models import Courriel
from depot import services
from depot.erreurs import TransitionInterdite
from depot.models import Document
from journal.models import Evenement
from tests.depot.factories import DocumentFactory, deposant
from tests.structures.factories import StructureFactory


@pytest.fixture
def jeter(db):
    """Un document jeté il y a `jours` ; annoncé, si on le dit, il y a `annonce` jours."""

    def _jeter(jours, *, annonce=None):
        structure = StructureFactory()
        personne = deposant(structure)
        document = DocumentFactory(structure=structure, deposant=personne)
        maintenant = timezone.now()
        Document.objects.filter(pk=document.pk).update(
            supprime_le=maintenant - timedelta(days=jours, minutes=1),
            supprime_par=personne,
            effacement_annonce_le=maintenant - timedelta(days=annonce, minutes=1) if annonce is not None else None,
        )
        document.refresh_from_db()
        return document

    return _jeter


def test_l_effacement_s_annonce_une_seule_fois(jeter):
    document = jeter(24)

    assert (services.annoncer_les_effacements(), services.annoncer_les_effacements()) == (1, 0)

    courriel = Courriel.objects.get(destinataire=document.deposant.courriel)
    assert document.reference in courriel.texte


def test_un_document_jete_recemment_n_est_pas_annonce(jeter):
    jeter(20)

    assert services.annoncer_les_effacements() == 0


def test_qui_a_jete_et_qui_a_depose_sont_prevenus_tous_deux(jeter):
    document = jeter(24)
    autre = deposant(document.structure)
    Document.objects.update(supprime_par=autre)

    services.annoncer_les_effacements()

    destinataires = set(Courriel.objects.values_list("destinataire", flat=True))
    assert destinataires >= {document.deposant.courriel, autre.courriel}


def test_passe_son_temps_le_fichier_est_efface_et_le_recepisse_reste(client, jeter, django_capture_on_commit_callbacks):
    document = jeter(31, annonce=8)
    emplacement = document.emplacement

    with django_capture_on_commit_callbacks(execute=True):
        assert services.vider_la_corbeille() == 1

    assert not default_storage.exists(emplacement)
    client.force_login(document.deposant)
    page = client.get(reverse("depot:recepisse", args=[document.reference])).content.decode()
    assert document.sha256 in page
    assert "Effacé" in page


@pytest.mark.parametrize(("jours", "annonce"), [(31, None), (31, 3), (29, 8)])
def test_rien_ne_s_efface_avant_son_temps_ni_sans_avertissement(jeter, jours, annonce):
    document = jeter(jours, annonce=annonce)

    assert services.vider_la_corbeille() == 0
    assert default_storage.exists(document.emplacement)


def test_l_effacement_se_refait_sans_dommage(jeter):
    jeter(31, annonce=8)

    assert (services.vider_la_corbeille(), services.vider_la_corbeille()) == (1, 0)
    assert Evenement.objects.filter(action="document.efface").count() == 1


def test_un_document_efface_ne_se_restaure_pas(jeter):
    document = jeter(31, annonce=8)
    services.vider_la_corbeille()

    with pytest.raises(TransitionInterdite, match="Déposez-le à nouveau"):
        services.restaurer(document=document, acteur=document.deposant)


def test_un_document_restaure_puis_jete_sera_annonce_a_nouveau(jeter):
    document = jeter(24)
    services.annoncer_les_effacements()

    services.restaurer(document=document, acteur=document.deposant)

    document.refresh_from_db()
    assert document.effacement_annonce_le is None


def test_un_document_efface_quitte_la_corbeille(client, jeter):
    document = jeter(31, annonce=8)
    services.vider_la_corbeille()
    client.force_login(document.deposant)

    assert document.reference not in client.get(reverse("depot:corbeille")).content.decode()
    assert client.get(reverse("depot:telecharger", args=[document.reference])).status_code == 404


def test_la_corbeille_dit_jusqu_a_quand_un_document_se_restaure(client, jeter):
    document = jeter(3)
    client.force_login(document.deposant)

    assert (
        f"Effacé après le {document.effacement_prevu_le:%d/%m/%Y}"
        in client.get(reverse("depot:corbeille")).content.decode()
    )


def test_la_base_refuse_d_effacer_un_document_hors_de_la_corbeille(db):
    document = DocumentFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(efface_le=timezone.now())
