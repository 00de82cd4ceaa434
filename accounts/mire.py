"""La mire : les façons d'entrer que l'exploitant a choisies, telles que la page de connexion les montre.

Une façon d'entrer à venir (Pro Santé Connect, carte CPS) s'ajoute à `VOIES` avec la vue qui la sert.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.http import urlencode


@dataclass(frozen=True)
class Voie:
    libelle: str
    icone: str
    vue: str


class Onglet(NamedTuple):
    libelle: str
    icone: str
    adresse: str
    presente: bool


VOIES = {"compte_local": Voie("Mon compte", "person", "accounts:connexion")}


def voies(presente: str, suite: str) -> Sequence[Onglet]:
    """Les façons d'entrer, celle de la page marquée ; chacune garde la page où la personne allait."""
    parametres = f"?{urlencode({'next': suite})}" if suite else ""
    return [
        Onglet(VOIES[code].libelle, VOIES[code].icone, reverse(VOIES[code].vue) + parametres, code == presente)
        for code in settings.VOIES_DE_CONNEXION
    ]
