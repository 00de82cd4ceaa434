"""L'identifiant d'une personne : l'initiale de son prénom et son nom, sans accent, en minuscules (« yzemirli »)."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import count

LONGUEUR_MAX = 50
# Lettres que la décomposition Unicode ne ramène pas à l'ASCII.
LETTRES = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})


def racine(prenom: str, nom: str) -> str:
    """Identifiant souhaité, avant que l'on sache s'il est pris."""
    return (_ascii(prenom)[:1] + _ascii(nom))[:LONGUEUR_MAX] or "compte"


def suite(souhaite: str) -> Iterator[str]:
    """yzemirli, yzemirli2, yzemirli3, …"""
    yield souhaite
    for rang in count(2):
        yield f"{souhaite}{rang}"


def _ascii(texte: str) -> str:
    decompose = unicodedata.normalize("NFKD", texte.lower().translate(LETTRES))
    return re.sub(r"[^a-z0-9]", "", decompose)
