"""Ce que le registre dit d'un établissement, quel que soit le format du fichier."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

# Le registre écrit 1901-01-01 faute de mieux, et des siècles fantaisistes (0201, 0426).
_PREMIERE_DATE = date(1901, 1, 2)
# FINESS range encore ces îles avec la Guadeloupe ; leur code postal les en distingue.
ILES = {"97133": "977", "97150": "978"}


class Etablissement(NamedTuple):
    """Les champs du registre, dans l'ordre de la table temporaire de l'import."""

    nom: str
    nom_long: str
    adresse: str
    code_postal: str
    commune: str
    departement: str
    telephone: str
    categorie: str
    siret: str
    ouverte_le: date | None
    entite: str
    entite_nom: str = ""
    latitude: float | None = None
    longitude: float | None = None


class Lue(NamedTuple):
    """Ce que dit le fichier d'un établissement, à son rang.

    Sans `numero`, on ne sait de qui elle parle. `motif` dit pourquoi elle est rejetée. Sans `etablissement`, elle est
    rejetée, ou ferme un établissement dont le fichier ne dit plus l'adresse.
    """

    rang: int
    numero: str
    etablissement: Etablissement | None
    empreinte: str = ""
    motif: str = ""
    avertissement: str = ""
    ferme: bool = False
    fermee_le: date | None = None
    libelle_categorie: str = ""
    agregat: str = ""


def une_ligne(texte: str, longueur: int) -> str:
    return " ".join(texte.split())[:longueur]


@lru_cache(maxsize=20_000)
def date_plausible(texte: str) -> date | None:
    try:
        lue = date.fromisoformat(texte[:10])
    except ValueError:
        return None
    return lue if lue >= _PREMIERE_DATE else None
