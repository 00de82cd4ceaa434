import itertools

import pytest

from accounts.identifiants import racine, suite


@pytest.mark.parametrize(
    ("prenom", "nom", "attendu"),
    [
        ("yamil", "zemirli", "yzemirli"),
        ("Élodie", "Lefèvre", "elefevre"),
        ("Anne-Marie", "Le Goff", "alegoff"),
        ("Jean", "d'Œuvre", "jdoeuvre"),
        ("Łukasz", "Straße", "lstrasse"),
        ("Ζωή", "Παπά", "compte"),
    ],
)
def test_l_identifiant_est_l_initiale_du_prenom_et_le_nom(prenom, nom, attendu):
    assert racine(prenom, nom) == attendu


def test_l_identifiant_reste_dans_sa_colonne():
    assert len(racine("A", "b" * 200)) == 50


def test_la_suite_numerote_a_partir_de_deux():
    assert list(itertools.islice(suite("yzemirli"), 3)) == ["yzemirli", "yzemirli2", "yzemirli3"]
