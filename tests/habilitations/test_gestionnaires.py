"""Nommer la première personne gestionnaire, en ligne de commande."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from habilitations.models import Habilitation, confiees_a
from habilitations.services.gestionnaires import nommer_gestionnaire
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import DemandeFactory, HabilitationFactory, profil_de_gestion

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def references():
    profil_de_gestion()


def test_la_personne_nommee_decide_de_toutes_les_demandes(capsys):
    demande, personne = DemandeFactory(), UtilisateurFactory(identifiant="gdupont")
    call_command("nommer_gestionnaire", "gdupont")
    assert list(confiees_a(personne)) == [demande]
    assert capsys.readouterr().out


def test_nommer_deux_fois_ne_change_rien():
    personne = UtilisateurFactory()
    for _ in range(2):
        nommer_gestionnaire(personne=personne, acteur=None)
    assert Habilitation.objects.filter(titulaire=personne).count() == 1


def test_une_habilitation_de_gestion_echue_est_remplacee():
    hier = timezone.localdate() - timedelta(days=1)
    echue = HabilitationFactory(profil=profil_de_gestion(), structure=None, fin_le=hier)
    nommer_gestionnaire(personne=echue.titulaire, acteur=None)
    assert Habilitation.objects.de_gestion().filter(titulaire=echue.titulaire).exists()


def test_un_identifiant_inconnu_se_dit():
    with pytest.raises(CommandError):
        call_command("nommer_gestionnaire", "personne")
