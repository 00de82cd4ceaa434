"""Où en est une campagne : en chiffres, par région, par semaine. Peu de requêtes, toujours le même nombre."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Exists, Min, OuterRef, QuerySet
from django.utils import timezone
from django.utils.text import slugify

from depot.enums import APPLICATION, CATEGORIES, DEPOSANT, EtatDepot, Exigence
from depot.models import Campagne, Delai, Document
from habilitations.models import Habilitation
from structures.models import Structure
from structures.tableaux import Valeur

COLONNES_DE_L_AVANCEMENT = [
    "Région",
    "Structures attendues",
    "Complètes",
    "Incomplètes",
    "Rien reçu",
    "En retard",
    "Sans personne habilitée",
]
SEMAINES_DU_GRAPHIQUE = 14
SANS_REGION = "Région inconnue"


@dataclass
class Compte:
    """Des structures dont la campagne attend quelque chose, comptées selon ce qu'elles ont remis."""

    nom: str
    region: str = ""
    completes: int = 0
    incompletes: int = 0
    vides: int = 0
    en_retard: int = 0
    sans_personne: int = 0

    @property
    def attendues(self) -> int:
        return self.completes + self.incompletes + self.vides

    @property
    def part(self) -> int:
        """Part des structures complètes, en pour cent, arrondie au-dessous : 100 veut dire toutes."""
        return 100 * self.completes // self.attendues if self.attendues else 0


@dataclass(frozen=True)
class Semaine:
    """`depots` : rapports reçus pour la première fois ; `completes` : structures complètes à la fin de la semaine."""

    lundi: date
    depots: int
    completes: int


@dataclass
class Avancement:
    campagne: Campagne
    total: Compte = field(default_factory=lambda: Compte("France"))
    regions: Sequence[Compte] = ()
    semaines: Sequence[Semaine] = ()
    # Documents de la campagne selon leur état : en examen, infectés, refusés…
    documents: Counter[str] = field(default_factory=Counter)

    @property
    def en_mots(self) -> str:
        total = self.total
        return (
            f"{total.attendues} structures attendues : {total.completes} complètes, {total.incompletes} incomplètes, "
            f"{total.vides} dont rien n'est reçu."
        )

    @property
    def dernieres_semaines(self) -> Sequence[Semaine]:
        """Ce qui tient, lisible, dans la largeur d'un graphique ; le tableau les a toutes."""
        return self.semaines[-SEMAINES_DU_GRAPHIQUE:]

    @property
    def lundis(self) -> list[str]:
        return [f"{semaine.lundi:%d/%m}" for semaine in self.dernieres_semaines]

    @property
    def series_par_semaine(self) -> list[tuple[str, list[int]]]:
        return [("Rapports reçus", [semaine.depots for semaine in self.dernieres_semaines])]

    @property
    def noms_des_regions(self) -> list[str]:
        return [compte.nom for compte in self.regions]

    @property
    def series_par_region(self) -> list[tuple[str, list[int]]]:
        return [
            ("Incomplètes", [compte.incompletes for compte in self.regions]),
            ("Complètes", [compte.completes for compte in self.regions]),
            ("Rien reçu", [compte.vides for compte in self.regions]),
        ]


def attendues(campagne: Campagne) -> QuerySet[Structure]:
    """Structures ouvertes dont la campagne exige au moins un rapport."""
    exigees = campagne.pieces.filter(exigence=Exigence.OBLIGATOIRE).values("categorie")
    return Structure.objects.ouvertes().filter(categorie__in=exigees)


def sans_personne(structures: QuerySet[Structure]) -> QuerySet[Structure]:
    """Celles pour lesquelles personne n'est habilité à déposer."""
    return structures.filter(~Exists(_droits()))


def _droits() -> QuerySet[Habilitation]:
    return Habilitation.objects.actives().filter(
        profil__application__code=APPLICATION, profil__code=DEPOSANT, structure=OuterRef("pk")
    )


def avancement(campagne: Campagne) -> Avancement:
    exigees = defaultdict(set)
    for piece in campagne.pieces.filter(exigence=Exigence.OBLIGATOIRE):
        exigees[piece.categorie].add(piece.nature)
    recus = _premieres_receptions(campagne)
    prolongees = dict(campagne.prolongations.values_list("structure", "jusqu_au"))
    total, completes_le = Compte("France"), []
    regions: dict[str | None, Compte] = {}
    structures = attendues(campagne).annotate(habilitee=Exists(_droits()))
    colonnes = ("pk", "categorie", "departement__region", "departement__region__nom", "habilitee")
    for cle, categorie, region, nom, habilitee in structures.values_list(*colonnes):
        les_siens = recus.get(cle, {})
        etat = _etat(exigees[categorie], les_siens)
        retard = etat != EtatDepot.COMPLET and Delai(campagne, prolongees.get(cle)).est_en_retard
        if etat == EtatDepot.COMPLET:
            completes_le.append(max(les_siens[nature] for nature in exigees[categorie]))
        for compte in (total, regions.setdefault(region, Compte(nom or SANS_REGION, region or ""))):
            _compter(compte, etat, retard=retard, habilitee=habilitee)
    receptions = [le for natures in recus.values() for le in natures.values()]
    return Avancement(
        campagne,
        total,
        sorted(regions.values(), key=lambda compte: slugify(compte.nom)),
        _semaines(campagne, receptions, completes_le),
        _documents_par_etat(campagne),
    )


def _premieres_receptions(campagne: Campagne) -> dict[int, dict[str, date]]:
    """Par structure et par nature, le jour où un premier document valable est arrivé."""
    premiers = Document.objects.valables().filter(campagne=campagne, structure__categorie__in=CATEGORIES)
    recus: dict[int, dict[str, date]] = defaultdict(dict)
    for structure, nature, le in premiers.order_by().values_list("structure", "nature").annotate(Min("depose_le")):
        recus[structure][nature] = timezone.localdate(le)
    return recus


def _etat(exigees: set[str], recus: dict[str, date]) -> EtatDepot:
    if exigees <= recus.keys():
        return EtatDepot.COMPLET
    return EtatDepot.PARTIEL if recus else EtatDepot.AUCUN


def _compter(compte: Compte, etat: EtatDepot, *, retard: bool, habilitee: bool) -> None:
    compte.completes += etat == EtatDepot.COMPLET
    compte.incompletes += etat == EtatDepot.PARTIEL
    compte.vides += etat == EtatDepot.AUCUN
    compte.en_retard += retard
    compte.sans_personne += not habilitee


def _semaines(campagne: Campagne, receptions: Sequence[date], completes_le: Sequence[date]) -> list[Semaine]:
    """De la semaine d'ouverture à la dernière où il s'est passé quelque chose, ou à celle d'aujourd'hui."""
    fin = max([*receptions, min(timezone.localdate(), campagne.dernier_jour)])
    lundi = _lundi(min([*receptions, campagne.ouverte_le]))
    depots, completes = Counter(map(_lundi, receptions)), Counter(map(_lundi, completes_le))
    semaines, cumul = [], 0
    while lundi <= fin:
        cumul += completes[lundi]
        semaines.append(Semaine(lundi, depots[lundi], cumul))
        lundi += timedelta(weeks=1)
    return semaines


def _lundi(jour: date) -> date:
    return jour - timedelta(days=jour.weekday())


def _documents_par_etat(campagne: Campagne) -> Counter[str]:
    gardes = Document.objects.gardes().filter(campagne=campagne).order_by()
    return Counter(dict(gardes.values_list("etat").annotate(Count("pk"))))


def lignes_de_l_avancement(etat: Avancement) -> Iterator[list[Valeur]]:
    for compte in (*etat.regions, etat.total):
        yield [
            compte.nom,
            compte.attendues,
            compte.completes,
            compte.incompletes,
            compte.vides,
            compte.en_retard,
            compte.sans_personne,
        ]
