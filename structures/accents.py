"""Comparer des textes sans leurs accents, sur les deux bases : `nom__sans_accent__icontains`."""

from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import CharField, Transform

from structures import mots


@CharField.register_lookup
class SansAccent(Transform):
    """Vaut pour la colonne comme pour ce qu'on y cherche. La fonction SQL vient de la migration 0004."""

    lookup_name = "sans_accent"
    function = "sans_accent"
    bilateral = True


def equiper_sqlite(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """SQLite n'a pas `unaccent` : sa connexion reçoit la fonction des mots de la recherche."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(
            SansAccent.function, 1, lambda texte: texte and mots.sans_accent(texte), deterministic=True
        )
