"""Compter des tentatives, juste à plusieurs processus : dans Redis quand le portail en a un, sinon dans la base.

Une fenêtre s'ouvre à la première tentative et dure le temps de sa porte. Compter est une seule opération atomique.
"""

import logging
import time
from collections.abc import Collection
from functools import lru_cache
from typing import NamedTuple

import redis
from django.conf import settings
from django.db import connection

from accounts.models import Compteur

logger = logging.getLogger(__name__)
ATTENTE_REDIS = 0.5

AJOUTER = """
INSERT INTO accounts_compteur AS c (cle, nombre, expire_le) VALUES {valeurs}
ON CONFLICT (cle) DO UPDATE SET
  nombre = CASE WHEN c.expire_le <= %s THEN excluded.nombre ELSE c.nombre + excluded.nombre END,
  expire_le = CASE WHEN c.expire_le <= %s THEN excluded.expire_le ELSE c.expire_le END
RETURNING cle, nombre, expire_le
"""
OUBLIER = "DELETE FROM accounts_compteur WHERE cle IN ({cles})"


class Compte(NamedTuple):
    nombre: int
    reste: int
    """Secondes avant que la fenêtre ne se ferme."""


def ajouter(cles: Collection[str], duree: int, combien: int = 1) -> dict[str, Compte]:
    """Ajoute `combien` à chaque compteur et rend ce qu'il vaut ensuite."""
    if client := _redis():
        try:
            return _ajouter_dans_redis(client, cles, duree, combien)
        except redis.RedisError as erreur:
            _dire_la_panne(erreur)
    return _ajouter_dans_la_base(cles, duree, combien)


def lire(cles: Collection[str]) -> dict[str, int]:
    """Ce que valent les compteurs dont la fenêtre est ouverte."""
    if client := _redis():
        try:
            valeurs = client.mget([_nom(cle) for cle in cles])
            return {cle: int(valeur) for cle, valeur in zip(cles, valeurs, strict=True) if valeur}
        except redis.RedisError as erreur:
            _dire_la_panne(erreur)
    return dict(Compteur.objects.filter(cle__in=cles, expire_le__gt=time.time()).values_list("cle", "nombre"))


def oublier(cles: Collection[str]) -> None:
    if client := _redis():
        try:
            client.delete(*(_nom(cle) for cle in cles))
        except redis.RedisError as erreur:
            _dire_la_panne(erreur)
        else:
            return
    with connection.cursor() as curseur:
        curseur.execute(OUBLIER.format(cles=", ".join(["%s"] * len(cles))), list(cles))


def purger() -> int:
    """Ôte de la base les compteurs dont la fenêtre est fermée ; Redis le fait seul."""
    return Compteur.objects.filter(expire_le__lte=time.time()).delete()[0]


def _ajouter_dans_redis(client: redis.Redis, cles: Collection[str], duree: int, combien: int) -> dict[str, Compte]:
    with client.pipeline(transaction=True) as lot:
        for cle in cles:
            lot.set(_nom(cle), 0, ex=duree, nx=True)
            lot.incrby(_nom(cle), combien)
            lot.ttl(_nom(cle))
        reponses = lot.execute()
    return {cle: Compte(reponses[3 * rang + 1], max(reponses[3 * rang + 2], 1)) for rang, cle in enumerate(cles)}


def _ajouter_dans_la_base(cles: Collection[str], duree: int, combien: int) -> dict[str, Compte]:
    maintenant = int(time.time())
    # Un ordre fixe : deux requêtes qui tiennent les mêmes lignes ne s'attendent pas l'une l'autre.
    valeurs = [valeur for cle in sorted(cles) for valeur in (cle, combien, maintenant + duree)]
    with connection.cursor() as curseur:
        curseur.execute(
            AJOUTER.format(valeurs=", ".join(["(%s, %s, %s)"] * len(cles))), [*valeurs, maintenant, maintenant]
        )
        return {cle: Compte(nombre, max(expire_le - maintenant, 1)) for cle, nombre, expire_le in curseur.fetchall()}


def _nom(cle: str) -> str:
    return f"{settings.CACHES['default'].get('KEY_PREFIX', '')}:limite:{cle}"


def _redis() -> redis.Redis | None:
    return _client(settings.CACHES["default"]["LOCATION"]) if settings.CACHE_URL.startswith("redis") else None


@lru_cache
def _client(adresse: str) -> redis.Redis:
    return redis.Redis.from_url(adresse, socket_timeout=ATTENTE_REDIS, socket_connect_timeout=ATTENTE_REDIS)


def _dire_la_panne(erreur: redis.RedisError) -> None:
    logger.warning("Redis ne répond pas, les tentatives se comptent dans la base : %s", erreur)
