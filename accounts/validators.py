"""Règles du mot de passe, les mêmes que montre la liste de contrôle (static/accounts/mot-de-passe.js).

Seule la liste des mots de passe courants, trop lourde pour le navigateur, ne parle qu'à l'envoi.
"""

import gzip
import re
import unicodedata
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError

from accounts.models import Utilisateur

COURANTS = Path(__file__).parent / "mots_de_passe_courants.txt.gz"
MOT_COURT = 4


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


class SansIdentite:
    """Ni le nom, ni l'adresse, ni la structure de la personne, ni l'organisme : aucun de leurs mots de 4 lettres."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        aplati = _aplatir(password)
        for mot in mots_d_identite(user if isinstance(user, Utilisateur) else None):
            if mot in aplati:
                raise ValidationError(
                    f"Choisissez un mot de passe sans votre nom, votre adresse ni votre organisme : celui-ci contient "
                    f"« {mot} ».",
                    code="identite",
                )

    def get_help_text(self) -> str:
        return "Ni votre nom, ni votre adresse, ni votre organisme"


def mots_d_identite(personne: Utilisateur | None) -> list[str]:
    textes = [settings.ORGANISATION_NOM]
    if personne:
        textes += [personne.identifiant, personne.prenom, personne.nom, personne.courriel]
        textes += [personne.structure.nom] if personne.structure else []
    mots = {mot for texte in textes for mot in _lettres(texte).split()}
    return sorted(mot for mot in mots if len(mot) >= MOT_COURT)


class PasCourant:
    """Un mot de passe courant ou divulgué, même habillé d'une majuscule, d'une année ou de signes, se devine.

    Compte ce qui résiste à une liste : un mot courant vaut 1, un mot ou un nombre que la liste ignore vaut 2 et 1, une
    année, une date ou une suite ne valent rien. Il faut 2.
    """

    SUFFISANT = 2

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if _resistance(password) < self.SUFFISANT:
            raise ValidationError(
                "Ce mot de passe figure parmi les plus courants, ou n'en est qu'une variante. Choisissez-en un autre, "
                "par exemple deux mots sans rapport et un nombre.",
                code="courant",
            )

    def get_help_text(self) -> str:
        return "Pas un mot de passe courant"


def _resistance(mot_de_passe: str) -> int:
    texte = _sans_accents(mot_de_passe)
    for chiffre, lettre in {"@": "a", "4": "a", "3": "e", "1": "i", "!": "i", "0": "o", "$": "s", "5": "s"}.items():
        texte = re.sub(rf"(?<=[a-z]){re.escape(chiffre)}(?=[a-z])", lettre, texte)
    lettres = re.sub(r"[\W\d_]", "", texte)
    if lettres in courants() or len(set(texte)) <= MOT_COURT:
        return 1
    mots = set(re.findall(r"[^\W\d_]{4,}", texte))
    epars = re.sub(r"[^\W\d_]{4,}|[\W\d_]", "", texte)
    mots |= {epars} if len(epars) >= MOT_COURT else set()
    nombres = set(re.findall(r"\d{4,}", texte))
    return sum(1 if mot in courants() or _est_une_suite(mot) else 2 for mot in mots) + sum(
        not _est_un_nombre_courant(nombre) for nombre in nombres
    )


def _est_un_nombre_courant(nombre: str) -> bool:
    """Une année, une date, une suite, ou un nombre que la liste connaît."""
    date = r"(?:0?[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:(?:19|20)?\d\d)?|(?:19|20)\d\d(?:(?:0[1-9]|1[0-2])\d\d)?"
    return nombre in courants() or _est_une_suite(nombre) or re.fullmatch(date, nombre) is not None


SUITES = ("abcdefghijklmnopqrstuvwxyz", "azertyuiopqsdfghjklmwxcvbn", "qwertyuiopasdfghjklzxcvbnm", "01234567890")


def _est_une_suite(mot: str) -> bool:
    """Des touches ou des lettres qui se suivent, à l'endroit ou à l'envers, ou les mêmes répétées."""
    unite = re.fullmatch(r"(.{1,4}?)\1+", mot)
    return bool(unite) or any(mot in suite or mot[::-1] in suite for suite in SUITES)


@cache
def courants() -> frozenset[str]:
    return frozenset(gzip.decompress(COURANTS.read_bytes()).decode().split())


def _sans_accents(texte: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", texte) if unicodedata.category(c) != "Mn").lower()


def _lettres(texte: str) -> str:
    """Minuscules sans accents ; tout le reste devient une espace."""
    return "".join(c if unicodedata.category(c).startswith("L") else " " for c in _sans_accents(texte))


def _aplatir(texte: str) -> str:
    """« Zé-mirli » devient « zemirli »."""
    return _lettres(texte).replace(" ", "")
