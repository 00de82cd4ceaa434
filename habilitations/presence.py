"""Qui consulte une demande en ce moment : une politesse entre collègues, tenue dans le cache et vite oubliée."""

import logging
import time
from collections.abc import Collection, Mapping

from django.core.cache import cache

from accounts.models import Utilisateur

logger = logging.getLogger(__name__)

# Secondes pendant lesquelles une personne est dite présente après son dernier signe.
DUREE = 120
# La page donne signe toutes les TOUR secondes, TOURS fois : une page oubliée ouverte ne prolonge pas la session.
TOUR, TOURS = 30, 10

Presents = Mapping[int, tuple[str, float]]


def signaler(numero: int, personne: Utilisateur) -> list[str]:
    """Note que la personne consulte la demande ; rend les noms des autres qui la consultent."""
    cle = _cle(numero)
    presents = _lire([cle]).get(cle, {})
    try:
        cache.set(cle, {**_encore(presents), personne.pk: (str(personne), time.time())}, DUREE)
    except Exception:  # sans cache, personne n'est dit présent et la page s'ouvre
        logger.warning("Présence non notée", exc_info=True)
    return _noms(presents, personne)


def autres(numeros: Collection[int], personne: Utilisateur) -> dict[int, list[str]]:
    """Par demande, les noms des autres personnes qui la consultent ; une seule lecture du cache."""
    lus = _lire([_cle(numero) for numero in numeros])
    return {numero: noms for numero in numeros if (noms := _noms(lus.get(_cle(numero), {}), personne))}


def _cle(numero: int) -> str:
    return f"presence:{numero}"


def _lire(cles: Collection[str]) -> dict[str, Presents]:
    try:
        return cache.get_many(cles)
    except Exception:
        logger.warning("Présences illisibles", exc_info=True)
        return {}


def _encore(presents: Presents) -> dict[int, tuple[str, float]]:
    limite = time.time() - DUREE
    return {qui: (nom, vu) for qui, (nom, vu) in presents.items() if vu >= limite}


def _noms(presents: Presents, personne: Utilisateur) -> list[str]:
    return sorted(nom for qui, (nom, _) in _encore(presents).items() if qui != personne.pk)
