"""Les requêtes que chaque page refait : l'ORM met plus de temps à les écrire que la base à y répondre."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from django.db import connection
from django.db.models import QuerySet
from django.utils import timezone


def lire(requete: Callable[..., QuerySet[Any, tuple[Any, ...]]], *arguments: Any) -> list[tuple[Any, ...]]:
    """Ce que rend `requete(*arguments)`, écrite une fois par jour et par jeu d'arguments, relue à chaque appel.

    `requete` : un `values_list` de nombres ou de textes, qui ne dépend que de ses arguments (hachables) et du jour.
    """
    return _executer(*_ecrite(timezone.localdate(), requete, *arguments))


def lire_parmi(
    requete: Callable[[Collection[int]], QuerySet[Any, tuple[Any, ...]]], numeros: Sequence[int]
) -> list[tuple[Any, ...]]:
    """Ce que rend `requete(numeros)`, écrite une fois pour autant de numéros, dont aucun n'est donné deux fois.

    `requete` : comme pour `lire`, sans autre valeur que ces numéros.
    """
    if not numeros:
        return []
    sql, parametres = _ecrite(timezone.localdate(), requete, range(len(numeros)))
    if len(parametres) != len(numeros):
        raise ValueError("La requête porte d'autres valeurs que les numéros.")
    return _executer(sql, numeros)


@lru_cache(maxsize=1024)
def _ecrite(jour: date, requete: Callable[..., QuerySet[Any, Any]], *arguments: Any) -> tuple[str, tuple[Any, ...]]:
    return requete(*arguments).query.sql_with_params()


def _executer(sql: str, parametres: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as curseur:
        curseur.execute(sql, parametres)
        lignes: list[tuple[Any, ...]] = curseur.fetchall()
    return lignes
