"""Les attaques de la liste de contrôle des comptes, et la façon d'ôter la protection qui arrête chacune.

Une attaque rend vrai quand elle réussit. `oter(poser, settings)` retire la protection pour le jumeau du test : `poser`
remplace un objet, `settings` change un réglage.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Oter = Callable[[Callable[..., None], Any], None]


@dataclass(frozen=True)
class Ligne:
    numero: int
    attaque: Callable[[], bool]
    oter: Oter

    def __str__(self) -> str:
        return f"{self.numero}-{self.attaque.__name__}"


LISTE: list[Ligne] = []


def liste(numero: int, oter: Oter) -> Callable[[Callable[[], bool]], Callable[[], bool]]:
    """Inscrit une attaque à la ligne `numero` de la liste."""

    def inscrire(attaque: Callable[[], bool]) -> Callable[[], bool]:
        LISTE.append(Ligne(numero, attaque, oter))
        return attaque

    return inscrire


def sans(cible: str, remplacement: Any) -> Oter:
    """Ôte une protection en remplaçant ce qui la tient."""
    return lambda poser, settings: poser(cible, remplacement)


def reglage(nom: str, valeur: Any) -> Oter:
    return lambda poser, settings: setattr(settings, nom, valeur)


def rien(*args: Any, **kwargs: Any) -> None:
    """Ce que fait une protection ôtée."""
