"""Ce que le registre dit d'un établissement, quel que soit le format du fichier."""

from datetime import date
from functools import lru_cache
from typing import NamedTuple, Protocol

# Le registre écrit 1901-01-01 faute de mieux, et des siècles fantaisistes (0201, 0426).
_PREMIERE_DATE = date(1901, 1, 2)
# FINESS range encore ces îles avec la Guadeloupe ; leur code postal les en distingue.
ILES = {"97133": "977", "97150": "978"}


class LigneRejetee(Exception):
    """La ligne ne décrit pas un établissement ; le message dit pourquoi."""


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


class Fiche(Protocol):
    """Un établissement tel que lu : de quoi le reconnaître d'abord, le reste à la demande."""

    @property
    def numero(self) -> str: ...
    @property
    def departement(self) -> str: ...
    @property
    def categorie(self) -> str: ...
    @property
    def libelle_categorie(self) -> str: ...
    @property
    def agregat(self) -> str: ...
    @property
    def ferme(self) -> bool: ...
    @property
    def fermee_le(self) -> date | None: ...
    @property
    def complete(self) -> bool:
        """Faux d'un établissement fermé dont le fichier ne dit plus l'adresse : on n'en retient que la fermeture."""

    def empreinte(self) -> str:
        """De ce que le portail emploie : égale, la fiche n'a pas à être lue."""

    def etablissement(self) -> Etablissement:
        """Lève `LigneRejetee`."""


class Lue(NamedTuple):
    """Un établissement du fichier : son rang, sa fiche, et pourquoi on le rejette ou ce qui y surprend."""

    rang: int
    fiche: Fiche | None
    motif: str = ""
    avertissement: str = ""


def une_ligne(texte: str, longueur: int) -> str:
    return " ".join(texte.split())[:longueur]


@lru_cache(maxsize=4096)
def date_plausible(texte: str) -> date | None:
    try:
        lue = date.fromisoformat(texte[:10])
    except ValueError:
        return None
    return lue if lue >= _PREMIERE_DATE else None
