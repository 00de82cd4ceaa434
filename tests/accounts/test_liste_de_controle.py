"""La liste de contrôle des comptes, lignes 1 à 8, 11 et 12 : chaque protection tient, et cède une fois ôtée.

Les lignes 9 (Pro Santé Connect) et 10 (carte CPS) viendront avec ces façons d'entrer. Les autres tests de ce dossier
entrent dans le détail de chaque règle.
"""

import pytest

from tests.accounts.attaques import EXIGENCES, LISTE, changements, codes, entrees, liens, portes, sessions

pytestmark = pytest.mark.django_db
MODULES = (portes, sessions, liens, changements, codes, entrees)


@pytest.mark.parametrize("ligne", LISTE, ids=str)
def test_la_protection_tient(ligne):
    assert not ligne.attaque()


@pytest.mark.parametrize("ligne", LISTE, ids=str)
def test_jumeau_la_protection_otee_l_attaque_passe(ligne, monkeypatch, settings):
    ligne.oter(monkeypatch.setattr, settings)
    assert ligne.attaque()


def test_chaque_exigence_de_la_liste_a_ses_attaques():
    eprouvees = {(ligne.numero, ligne.exigence) for ligne in LISTE}
    assert eprouvees == {(numero, exigence) for numero, exigences in EXIGENCES.items() for exigence in exigences}
    assert {ligne.attaque.__module__ for ligne in LISTE} == {module.__name__ for module in MODULES}
