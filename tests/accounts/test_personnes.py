"""Retrouver une personne par un mot."""

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import Utilisateur
from accounts.queries import nommees
from tests.accounts.factories import UtilisateurFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def helene():
    UtilisateurFactory(prenom="Marc", nom="Durand", identifiant="mdurand", courriel="marc@exemple.fr")
    return UtilisateurFactory(
        prenom="Hélène", nom="Sørensen-Lœuf", identifiant="hsorensen", courriel="direction@exemple.fr"
    )


@pytest.mark.parametrize("mot", ["helene", "HÉLÈNE", "lène", "sorensen", "Loeuf", "hé", "direction", "hsor"])
def test_une_personne_se_trouve_aux_accents_et_a_la_casse_pres(helene, mot):
    assert list(Utilisateur.objects.filter(nommees(mot))) == [helene]


@pytest.mark.parametrize("mot", ["%", "h_l", "zzz", "en"])
def test_un_joker_ou_un_milieu_trop_court_ne_trouve_personne(helene, mot):
    assert not Utilisateur.objects.filter(nommees(mot)).exists()


def test_le_support_cherche_sans_accents(client, helene):
    client.force_login(UtilisateurFactory(is_staff=True, is_superuser=True))
    page = client.get(reverse("admin:accounts_utilisateur_changelist"), {"q": "helene soren"}).content.decode()
    assert "hsorensen" in page
    assert "mdurand" not in page


@pytest.mark.postgresql
def test_la_recherche_sert_l_index(helene):
    with connection.cursor() as curseur:
        curseur.execute("SET LOCAL enable_seqscan = off")
    assert "utilisateur_recherche" in Utilisateur.objects.filter(nommees("helene")).order_by().explain()
