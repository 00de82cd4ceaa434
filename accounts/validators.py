"""Règles du mot de passe, les mêmes que montre la liste de contrôle (static/accounts/mot-de-passe.js)."""

import unicodedata

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError


class Longueur:
    def __init__(self) -> None:
        self.minimum = settings.MOT_DE_PASSE_LONGUEUR_MIN
        self.maximum = settings.MOT_DE_PASSE_LONGUEUR_MAX

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if not self.minimum <= len(password) <= self.maximum:
            raise ValidationError(
                f"Choisissez un mot de passe de {self.minimum} à {self.maximum} caractères : "
                f"celui-ci en compte {len(password)}.",
                code="longueur",
            )

    def get_help_text(self) -> str:
        return f"De {self.minimum} à {self.maximum} caractères"


class ClassesDeCaracteres:
    """Majuscule, minuscule, chiffre, caractère spécial : tout ce qui n'est ni lettre ni nombre est spécial."""

    CLASSES = ("Majuscule", "Minuscule", "Chiffre", "Caractère spécial")

    def __init__(self) -> None:
        self.minimum = settings.MOT_DE_PASSE_CLASSES_MIN

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if len(_classes(password)) < self.minimum:
            raise ValidationError(
                f"Mêlez au moins {self.minimum} sortes de caractères parmi : majuscule, minuscule, chiffre, "
                "caractère spécial (par exemple « ! » ou « - »).",
                code="classes",
            )

    def get_help_text(self) -> str:
        return f"Au moins {self.minimum} des caractères suivants : {', '.join(self.CLASSES)}"


def _classes(mot_de_passe: str) -> set[str]:
    categories = {unicodedata.category(caractere) for caractere in mot_de_passe}
    speciaux = {"special" for categorie in categories if categorie[0] not in "LN"}
    return categories & {"Lu", "Ll", "Nd"} | speciaux
