import pytest
from django.core.exceptions import ValidationError

from accounts.validators import ClassesDeCaracteres, Longueur


@pytest.mark.parametrize("mot_de_passe", ["a" * 12, "a" * 24, "é" * 12, "😀" * 12])
def test_de_douze_a_vingt_quatre_caracteres(mot_de_passe):
    Longueur().validate(mot_de_passe)


@pytest.mark.parametrize("mot_de_passe", ["", "a" * 11, "a" * 25])
def test_une_autre_longueur_est_refusee(mot_de_passe):
    with pytest.raises(ValidationError, match="de 12 à 24 caractères"):
        Longueur().validate(mot_de_passe)


def test_les_bornes_sont_des_reglages(settings):
    settings.MOT_DE_PASSE_LONGUEUR_MIN = 3
    settings.MOT_DE_PASSE_LONGUEUR_MAX = 64
    Longueur().validate("abc")
    Longueur().validate("a" * 64)


@pytest.mark.parametrize("mot_de_passe", ["Abcdef12", "abc-12", "ABC-12", "Abc-", "Été 2026", "éÉ€"])
def test_trois_sortes_de_caracteres_suffisent(mot_de_passe):
    ClassesDeCaracteres().validate(mot_de_passe)


@pytest.mark.parametrize("mot_de_passe", ["abcdef", "abc123", "ABC-", "123 456", "ªº²abcABC"])
def test_deux_sortes_ne_suffisent_pas(mot_de_passe):
    with pytest.raises(ValidationError, match="au moins 3 sortes"):
        ClassesDeCaracteres().validate(mot_de_passe)
