"""Ce qu'une cellule contient, et comment on la nomme."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

ADRESSE = re.compile(r"\$?([A-Z]{1,3})\$?([1-9]\d{0,5})")
COLONNES_MAX, LIGNES_MAX, PLAGE_MAX = 702, 10_000, 1_000  # ZZ10000 : au-delà, ce n'est plus un formulaire


class Genre(StrEnum):
    VIDE = "vide"
    NOMBRE = "nombre"
    TEXTE = "texte"
    DATE = "date"
    BOOLEEN = "booleen"
    NON_CALCULEE = "non_calculee"
    """Une formule dont le classeur ne garde pas le résultat."""


@dataclass(frozen=True)
class Cellule:
    genre: Genre
    valeur: float | str | date | bool | None = None

    def en_donnees(self) -> list[Any]:
        valeur = self.valeur.isoformat() if isinstance(self.valeur, date) else self.valeur
        return [self.genre.value, valeur]

    @classmethod
    def de_donnees(cls, donnees: list[Any]) -> "Cellule":
        genre, valeur = Genre(donnees[0]), donnees[1]
        return cls(genre, date.fromisoformat(valeur) if genre is Genre.DATE else valeur)


VIDE = Cellule(Genre.VIDE)
Place = tuple[str, str]
"""Une feuille, une cellule : ("File active", "C12")."""


@dataclass(frozen=True)
class Releve:
    """Les cellules lues, les feuilles que le classeur contient, et ses plages nommées (« 'File active'!$C$12 »)."""

    feuilles: tuple[str, ...]
    cellules: Mapping[Place, Cellule] = field(default_factory=dict)
    noms: Mapping[str, str] = field(default_factory=dict)

    def en_donnees(self) -> dict[str, Any]:
        cellules = [[*place, *cellule.en_donnees()] for place, cellule in self.cellules.items()]
        return {"feuilles": self.feuilles, "cellules": cellules, "noms": dict(self.noms)}

    @classmethod
    def de_donnees(cls, donnees: dict[str, Any]) -> "Releve":
        cellules = {(ligne[0], ligne[1]): Cellule.de_donnees(ligne[2:]) for ligne in donnees["cellules"]}
        return cls(tuple(donnees["feuilles"]), cellules, donnees["noms"])


def position(adresse: str) -> tuple[int, int]:
    """« C12 » : (11, 2), ligne et colonne depuis zéro. Lève `ValueError`."""
    lue = ADRESSE.fullmatch(adresse.strip().upper())
    if not lue:
        raise ValueError(adresse)
    colonne = 0
    for lettre in lue[1]:
        colonne = colonne * 26 + ord(lettre) - 64
    ligne = int(lue[2])
    if colonne > COLONNES_MAX or ligne > LIGNES_MAX:
        raise ValueError(adresse)
    return ligne - 1, colonne - 1


def nommer(ligne: int, colonne: int) -> str:
    """(11, 2) : « C12 »."""
    nom, reste = "", colonne + 1
    while reste:
        reste, rang = divmod(reste - 1, 26)
        nom = chr(65 + rang) + nom
    return f"{nom}{ligne + 1}"


def normaliser(adresse: str) -> str:
    """« $c$12 » : « C12 ». Lève `ValueError`."""
    return nommer(*position(adresse))


def etendre(plage: str) -> Iterator[str]:
    """« C5:C7 ; C9 » : C5, C6, C7, C9. Lève `ValueError`."""
    for morceau in re.split(r"[;,+]", plage):
        debut, _, fin = morceau.partition(":")
        (ligne_1, colonne_1), (ligne_2, colonne_2) = position(debut), position(fin or debut)
        hauteur, largeur = ligne_2 - ligne_1 + 1, colonne_2 - colonne_1 + 1
        if hauteur < 1 or largeur < 1 or hauteur * largeur > PLAGE_MAX:
            raise ValueError(plage)
        for ligne in range(ligne_1, ligne_2 + 1):
            for colonne in range(colonne_1, colonne_2 + 1):
                yield nommer(ligne, colonne)


def simplifier(texte: str) -> str:
    """Un nom de feuille, d'en-tête ou de choix, comparé sans casse, sans accents et sans espaces de trop."""
    decompose = unicodedata.normalize("NFKD", texte)
    sans_accents = "".join(signe for signe in decompose if not unicodedata.combining(signe))
    return " ".join(sans_accents.replace("’", "'").casefold().split())
