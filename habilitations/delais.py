"""Les jours ouvrés : du lundi au vendredi, jours fériés du lieu exceptés. L'outil ne lit ni n'écrit rien.

Jours fériés : article L3133-1 du code du travail ; L3134-13 pour l'Alsace et la Moselle, L3422-2 pour l'outre-mer.
"""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import cache

import holidays
from django.utils import timezone

# Département de la structure → calendrier propre ; les autres suivent celui de la métropole.
CALENDRIERS = {
    "57": "57",
    "67": "6AE",
    "68": "6AE",
    "971": "971",
    "972": "972",
    "973": "973",
    "974": "974",
    "975": "PM",
    "976": "976",
    "977": "BL",
    "978": "MF",
    "986": "WF",
    "987": "PF",
    "988": "NC",
}
# Les jours fériés se comptent depuis cette année-là : aucune demande n'est plus ancienne.
ORIGINE = 2000
Jour = date | datetime
Pause = tuple[Jour, Jour | None]


def jour_de(instant: Jour) -> date:
    """Le jour qu'il est au portail (heure de Paris) à cet instant."""
    if not isinstance(instant, datetime):
        return instant
    return timezone.localtime(instant).date() if timezone.is_aware(instant) else instant.date()


@cache
def _feries_en_semaine(annee: int, calendrier: str | None) -> tuple[date, ...]:
    jours = holidays.country_holidays("FR", subdiv=calendrier, years=annee)
    return tuple(sorted(jour for jour in jours if jour.weekday() < 5))  # noqa: PLR2004 — samedi


def est_ouvre(jour: date, *, departement: str | None = None) -> bool:
    return _rang(jour, departement) > _rang(jour - timedelta(days=1), departement)


def jours_ouvres(debut: Jour, fin: Jour, *, departement: str | None = None, pauses: Iterable[Pause] = ()) -> int:
    """Jours ouvrés écoulés de `debut` à `fin` : le premier jour ne compte pas, le dernier compte.

    `departement` est le code de celui de la structure (« 57 », « 974 ») ; vide, le calendrier de la métropole.
    Le temps d'une pause ne compte pas ; une pause sans fin dure encore. Les pauses ne se recouvrent pas.
    """
    total = _ecart(debut, fin, departement)
    for pause, reprise in pauses:
        suspendu = max(jour_de(pause), jour_de(debut))
        total -= max(_ecart(suspendu, min(jour_de(reprise or fin), jour_de(fin)), departement), 0)
    return total


def _ecart(debut: Jour, fin: Jour, departement: str | None) -> int:
    return _rang(jour_de(fin), departement) - _rang(jour_de(debut), departement)


def _rang(jour: date, departement: str | None) -> int:
    """Rang du dernier jour ouvré jusqu'à ce jour compris : deux rangs se soustraient, quel que soit le temps passé."""
    semaines, reste = divmod(jour.toordinal(), 7)  # le premier jour du calendrier est un lundi
    calendrier = CALENDRIERS.get(departement or "")
    feries = _feries_avant(jour.year, calendrier) + bisect_right(_feries_en_semaine(jour.year, calendrier), jour)
    return semaines * 5 + min(reste, 5) - feries


@cache
def _feries_avant(annee: int, calendrier: str | None) -> int:
    return sum(len(_feries_en_semaine(passee, calendrier)) for passee in range(ORIGINE, annee))


def jour_ouvre(depart: Jour, nombre: int, *, departement: str | None = None) -> date:
    """Le jour ouvré atteint `nombre` jours ouvrés après `depart`, ou avant s'il est négatif.

    Zéro rend `depart` même s'il n'est pas ouvré. `jours_ouvres(jour_ouvre(j, -n), j) == n` pour tout n positif.
    """
    jour, pas = jour_de(depart), timedelta(days=1 if nombre > 0 else -1)
    cible = _rang(jour, departement) + nombre
    while _rang(jour, departement) != cible:
        jour += pas
    return jour


def departements_par_calendrier() -> dict[str | None, list[str]]:
    """Départements qui partagent un calendrier propre, sous l'un d'eux ; None : tous les autres."""
    groupes: dict[str, list[str]] = {}
    for departement, calendrier in CALENDRIERS.items():
        groupes.setdefault(calendrier, []).append(departement)
    return {None: []} | {departements[0]: departements for departements in groupes.values()}
