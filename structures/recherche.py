"""Chercher des mots dans l'annuaire : index trigramme sur PostgreSQL, FTS5 sur SQLite, mêmes réponses.

Les mots d'abord tels quels ; une faute de frappe n'est supposée que si rien ne répond (docs/decisions/recherche.md).
"""

from collections.abc import Iterator
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, F, Func, IntegerField, Lookup, Q, TextField, Value, When
from django.db.models.functions import Length

from structures.enums import EtatStructure
from structures.models import Mot, Structure, StructureQuerySet
from structures.mots import voisins

# Au-delà, c'est une adresse collée entière : les premiers mots suffisent.
MOTS_MAX = 8
CANDIDATES_MAX = 2000
# En deçà, presque tout mot est voisin d'un autre.
LONGUEUR_CORRIGEE = 4


def les_plus_pertinentes(parmi: StructureQuerySet, mots: list[str], limite: int) -> list[Structure]:
    for groupes in _essais(mots[:MOTS_MAX]):
        # Trop vague, une recherche n'est pas classée entière : le coût suivrait la taille du registre.
        premieres = parmi.filter(_contenant(groupes)).order_by("pk").values("pk")[:CANDIDATES_MAX]
        if trouvees := list(_ordonner(parmi.filter(pk__in=premieres), groupes)[:limite]):
            return trouvees
    return []


def _essais(mots: list[str]) -> Iterator[list[list[str]]]:
    """Les mots tels quels, puis corrigés ; chaque mot devient le groupe de ceux qui peuvent en tenir lieu.

    N'est corrigé que le mot inconnu du registre, ou tous s'ils y sont tous ; celui qui n'a aucun voisin est oublié.
    """
    if not mots:
        return
    yield [[mot] for mot in mots]
    inconnus = [mot for mot in mots if not Structure.objects.filter(_contenant([[mot]])).exists()]
    if inconnus:
        groupes = [_voisins_connus(mot) if mot in inconnus else [mot] for mot in mots]
    else:
        groupes = [[mot, *_voisins_connus(mot)] for mot in mots]
    if connus := [groupe for groupe in groupes if groupe]:
        yield connus


def _voisins_connus(mot: str) -> list[str]:
    if len(mot) < LONGUEUR_CORRIGEE:
        return []
    return list(Mot.objects.filter(mot__in=voisins(mot)).order_by("mot").values_list("mot", flat=True))


def _contenant(groupes: list[list[str]]) -> Q | Func:
    """Vrai des structures qui ont, de chaque groupe, un mot au moins ; un mot vaut pour ceux qu'il commence."""
    if connection.vendor == "sqlite":
        prefixes = [" OR ".join(f'"{mot}"*' for mot in groupe) for groupe in groupes]
        return _DansIndexFTS(F("pk"), Value(" AND ".join(f"({prefixe})" for prefixe in prefixes)))
    return reduce(and_, (reduce(or_, (Q(mots__contains=f" {mot}") for mot in groupe)) for groupe in groupes))


def _ordonner(structures: StructureQuerySet, groupes: list[list[str]]) -> StructureQuerySet:
    """Les ouvertes, puis celles où les mots sont dans le nom, puis dans la ville, entiers plutôt que commencés."""
    phrase = " ".join(groupe[0] for groupe in groupes)
    note: Any = Case(When(mots__startswith=f" {phrase} ", then=2), default=0)
    for groupe in groupes:
        note += Case(
            When(_un_de(groupe, "% {} %/%/%"), then=4),
            When(_un_de(groupe, "% {} %/%") | _un_de(groupe, "% {}%/%/%"), then=3),
            When(_un_de(groupe, "% {}%/%"), then=2),
            When(_un_de(groupe, "% {} %"), then=1),
            default=0,
            output_field=IntegerField(),
        )
    fermee = Case(When(etat=EtatStructure.OUVERT, then=0), default=1)
    return structures.order_by(fermee, note.desc(), Length("nom"), "nom", "pk")


def _un_de(groupe: list[str], patron: str) -> Q:
    return reduce(or_, (Q(mots__comme=patron.format(mot)) for mot in groupe))


@TextField.register_lookup
class _Comme(Lookup[str]):
    """LIKE tel quel : les mots cherchés ne portent ni % ni _."""

    lookup_name = "comme"

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        gauche, valeurs = self.process_lhs(compiler, connection)
        droite, patron = self.process_rhs(compiler, connection)
        return f"{gauche} LIKE {droite}", (*valeurs, *patron)


class _DansIndexFTS(Func):
    """L'index de la recherche sur SQLite (migration 0002)."""

    output_field = BooleanField()
    template = "%(expressions)s)"
    arg_joiner = " IN (SELECT rowid FROM structures_recherche WHERE structures_recherche MATCH "
