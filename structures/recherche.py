"""Chercher des mots dans l'annuaire : index trigramme sur PostgreSQL, FTS5 sur SQLite, mêmes réponses.

Les mots d'abord tels quels ; une faute de frappe n'est supposée que si rien ne répond. Voir
docs/decisions/recherche-et-import.md.
"""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, Expression, F, Func, IntegerField, Lookup, Q, TextField, Value, When
from django.db.models.functions import Length

from structures.enums import EtatStructure
from structures.models import Mot, Structure, StructureQuerySet
from structures.mots import a_deux_fautes, cherches, decouper, voisins

# Au-delà, c'est une adresse collée entière : les premiers mots suffisent.
MOTS_MAX = 8
CANDIDATES_MAX = 2000
# En deçà, presque tout mot est voisin d'un autre.
LONGUEUR_CORRIGEE = 4
LONGUEUR_A_DEUX_FAUTES = 6
VOISINS_MAX = 20
# Oublier un mot n'a de sens que s'il en reste de quoi désigner quelque chose.
RESTE_MIN = 2
APRES_Z = "{"

# Un groupe par mot cherché : les mots qui peuvent en tenir lieu.
Conjonction = list[list[str]]


def les_plus_pertinentes(parmi: StructureQuerySet, texte: str, limite: int) -> list[Structure]:
    mots = cherches(texte)[:MOTS_MAX]
    phrase = " ".join(decouper(texte))
    for essai in _essais(mots):
        # Trop vague, une recherche n'est pas classée entière : le coût suivrait la taille du registre.
        premieres = parmi.filter(_une_de(essai)).order_by("pk").values("pk")[:CANDIDATES_MAX]
        if trouvees := list(_ordonner(parmi.filter(pk__in=premieres), phrase, essai[0])[:limite]):
            return trouvees
    return []


def _essais(mots: list[str]) -> Iterator[list[Conjonction]]:
    """Du plus fidèle au plus large. Un essai est fait de conjonctions, dont une suffit."""
    if not mots:
        return
    yield [[[mot] for mot in mots]]
    if inconnus := _inconnus(mots):
        yield from _sans_les_inconnus(mots, inconnus)
        return
    # Tous connus, mais pas ensemble : une faute en a fait un autre mot, ou l'un d'eux est de trop.
    voisinage = _voisins_connus(mots)
    yield [[[mot, *voisinage[mot]] for mot in mots]]
    if len(mots) > RESTE_MIN:
        yield [[[mot] for mot in mots if mot != de_trop] for de_trop in mots]


def _sans_les_inconnus(mots: list[str], inconnus: set[str]) -> Iterator[list[Conjonction]]:
    """Le mot que le registre ignore cède la place à ses voisins ; sans voisin, ou sans réponse, il est oublié."""
    proches = _voisins_connus(inconnus)
    lointains = {mot: _a_deux_fautes(mot) for mot in inconnus if not proches[mot]}
    for voisinage in (proches | lointains, proches | {mot: _a_deux_fautes(mot) for mot in inconnus - set(lointains)}):
        if corriges := [voisinage[mot] if mot in inconnus else [mot] for mot in mots if voisinage.get(mot, True)]:
            yield [corriges]
    connus = [[mot] for mot in mots if mot not in inconnus]
    if len(connus) >= RESTE_MIN:
        yield [connus]


def _inconnus(mots: list[str]) -> set[str]:
    """Ceux qui ne sont ni un mot du registre, ni le début d'un mot."""
    entiers = set(Mot.objects.filter(mot__in=mots).values_list("mot", flat=True))
    return {mot for mot in mots if mot not in entiers and not mot.isdigit() and not _commence_un_mot(mot)}


def _commence_un_mot(mot: str) -> bool:
    if connection.vendor == "sqlite":
        # Un LIKE y parcourrait toute la table.
        return Mot.objects.filter(mot__gte=mot, mot__lt=f"{mot}{APRES_Z}").exists()
    return Mot.objects.filter(mot__startswith=mot).exists()


def _voisins_connus(mots: Iterable[str]) -> dict[str, list[str]]:
    """Pour chaque mot assez long, les mots du registre à une faute de lui."""
    possibles = {mot: voisins(mot) if len(mot) >= LONGUEUR_CORRIGEE else set() for mot in mots}
    connus = set(Mot.objects.filter(mot__in=set().union(*possibles.values())).values_list("mot", flat=True))
    return {mot: sorted(proches & connus) for mot, proches in possibles.items()}


def _a_deux_fautes(mot: str) -> list[str]:
    """Dans un mot long : les mots du registre de même initiale, à deux fautes de lui."""
    if len(mot) < LONGUEUR_A_DEUX_FAUTES:
        return []
    candidats = Mot.objects.annotate(longueur=Length("mot")).filter(
        mot__startswith=mot[0], longueur__gte=len(mot) - 2, longueur__lte=len(mot) + 2
    )
    return sorted(a_deux_fautes(mot, candidats.values_list("mot", flat=True)))[:VOISINS_MAX]


def _une_de(essai: list[Conjonction]) -> Q | Func:
    """Vrai des structures qui ont, pour une conjonction, un mot de chaque groupe ; un mot vaut pour qui il commence."""
    if connection.vendor == "sqlite":
        return _DansIndexFTS(F("pk"), Value(" OR ".join(f"({_en_fts(conjonction)})" for conjonction in essai)))
    return reduce(or_, (reduce(and_, (_un_de(groupe, "% {}%") for groupe in conjonction)) for conjonction in essai))


def _en_fts(conjonction: Conjonction) -> str:
    return " AND ".join("(" + " OR ".join(f'"{mot}"*' for mot in groupe) + ")" for groupe in conjonction)


def _ordonner(structures: StructureQuerySet, phrase: str, conjonction: Conjonction) -> StructureQuerySet:
    """Les ouvertes, puis les mieux notées, les noms courts d'abord."""
    fermee = Case(When(etat=EtatStructure.OUVERT, then=0), default=1)
    return structures.order_by(fermee, _Note(phrase, conjonction).desc(), Length("nom"), "nom", "pk")


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


class _Note(Expression):
    """Combien une structure répond aux mots cherchés, en SQL : composer ces cas en objets prenait la moitié du temps.

    Le nom entier, ou commencé, compte d'abord ; puis chaque mot, dans le nom, la ville ou le reste, entier ou commencé.
    """

    output_field = IntegerField()
    _NOM = ((4, " {} / %"), (2, " {} %"))
    _MOT = ((4, "% {} %/%/%"), (3, "% {} %/%"), (3, "% {}%/%/%"), (2, "% {}%/%"), (1, "% {} %"))

    def __init__(self, phrase: str, conjonction: Conjonction) -> None:
        super().__init__()
        self.groupes = [([phrase], self._NOM), *((groupe, self._MOT) for groupe in conjonction)]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        notes, valeurs = [], []
        for groupe, bareme in self.groupes:
            cas = ""
            for note, patron in bareme:
                cas += f" WHEN {' OR '.join(['structures_structure.mots LIKE %s'] * len(groupe))} THEN {note}"
                valeurs += [patron.format(mot) for mot in groupe]
            notes.append(f"CASE{cas} ELSE 0 END")
        return f"({' + '.join(notes)})", valeurs


class _DansIndexFTS(Func):
    """L'index de la recherche sur SQLite (migration 0002)."""

    output_field = BooleanField()
    template = "%(expressions)s)"
    arg_joiner = " IN (SELECT rowid FROM structures_recherche WHERE structures_recherche MATCH "
