"""Où en est une campagne : en chiffres, par région, par semaine. Peu de requêtes, toujours le même nombre."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db.models import Count, Min, Q, QuerySet, Value
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.text import slugify

from depot.enums import CATEGORIES, Exigence, NatureDocument
from depot.models import Campagne, Delai, Document
from depot.queries.campagnes import droits_de_depot
from depot.queries.suivi import hors_delai, prolongees_aujourd_hui
from structures.enums import EtatStructure
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
NATURES = NatureDocument.values


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

    def ajouter(self, autre: "Compte") -> None:
        self.completes += autre.completes
        self.incompletes += autre.incompletes
        self.vides += autre.vides
        self.en_retard += autre.en_retard
        self.sans_personne += autre.sans_personne

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
    # Les catégories dites en clair, la base va droit à elles ; la sous-requête seule lui ferait lire tout le registre.
    return Structure.objects.ouvertes().filter(categorie__in=CATEGORIES).filter(categorie__in=exigees)


def sans_personne(structures: QuerySet[Structure]) -> QuerySet[Structure]:
    """Celles pour lesquelles personne ne peut déposer."""
    return structures.filter(_sans_personne())


def _sans_personne() -> Q:
    return ~Q(pk__in=droits_de_depot().filter(structure__isnull=False).values("structure"))


def avancement(campagne: Campagne) -> Avancement:
    regions = _attendues_par_region(campagne)
    receptions, completes_le = _compter_les_remises(campagne, regions)
    total = Compte("France")
    for compte in regions.values():
        total.ajouter(compte)
    return Avancement(
        campagne,
        total,
        sorted(regions.values(), key=lambda compte: slugify(compte.nom)),
        _semaines(campagne, receptions, completes_le),
        _documents_par_etat(campagne),
    )


def _attendues_par_region(campagne: Campagne) -> dict[str | None, Compte]:
    """Ce qui se compte sans lire un document : tout y est encore à recevoir."""
    par_region = attendues(campagne).order_by().values_list("departement__region", "departement__region__nom")
    lignes = par_region.annotate(
        Count("pk"),
        orphelines=Count("pk", filter=_sans_personne()),
        hors_delai=Count("pk", filter=hors_delai(campagne)) if _est_passee(campagne) else Value(0),
    )
    return {
        region: Compte(nom or SANS_REGION, region or "", vides=nombre, en_retard=en_retard, sans_personne=orphelines)
        for region, nom, nombre, orphelines, en_retard in lignes
    }


def _compter_les_remises(campagne: Campagne, regions: dict[str | None, Compte]) -> tuple[list[date], list[date]]:
    """Ajoute aux comptes ce que les structures attendues ont remis.

    Rend le jour où chaque rapport est arrivé pour la première fois, et celui où chaque structure fut complète.
    """
    exigees = defaultdict(set)
    for piece in campagne.pieces.filter(exigence=Exigence.OBLIGATOIRE):
        exigees[piece.categorie].add(piece.nature)
    prolongees = set(prolongees_aujourd_hui(campagne)) if _est_passee(campagne) else None
    receptions: list[date] = []
    completes_le: list[date] = []
    for cle, ouverte, categorie, region, remis in _premieres_receptions(campagne):
        receptions += remis.values()
        if not (ouverte and categorie in exigees):
            continue
        compte = regions[region]
        compte.vides -= 1
        if exigees[categorie] <= remis.keys():
            compte.completes += 1
            compte.en_retard -= prolongees is not None and cle not in prolongees
            completes_le.append(max(remis[nature] for nature in exigees[categorie]))
        else:
            compte.incompletes += 1
    return receptions, completes_le


def _premieres_receptions(campagne: Campagne) -> Iterator[tuple[int, bool, str, str | None, dict[str, date]]]:
    """Par structure, le jour où un premier document valable de chaque nature est arrivé."""
    recus = Document.objects.valables().filter(campagne=campagne, structure__categorie__in=CATEGORIES).order_by()
    par_structure = recus.values_list(
        "structure", "structure__etat", "structure__categorie", "structure__departement__region"
    )
    jours = {nature: TruncDate(Min("depose_le", filter=Q(nature=nature))) for nature in NATURES}
    for cle, etat, categorie, region, *premiers in par_structure.annotate(**jours):
        remis = {nature: le for nature, le in zip(NATURES, premiers, strict=True) if le}
        yield cle, etat == EtatStructure.OUVERT, categorie, region, remis


def _est_passee(campagne: Campagne) -> bool:
    return Delai(campagne).est_en_retard


def _semaines(campagne: Campagne, receptions: Sequence[date], completes_le: Sequence[date]) -> list[Semaine]:
    """De la semaine d'ouverture à la dernière où il s'est passé quelque chose, ou à celle d'aujourd'hui."""
    fin = max([*receptions, min(timezone.localdate(), campagne.dernier_jour)])
    lundi = _lundi(min([*receptions, campagne.ouverte_le]))
    depots, completes = _par_lundi(receptions), _par_lundi(completes_le)
    semaines, cumul = [], 0
    while lundi <= fin:
        cumul += completes[lundi]
        semaines.append(Semaine(lundi, depots[lundi], cumul))
        lundi += timedelta(weeks=1)
    return semaines


def _par_lundi(jours: Sequence[date]) -> Counter[date]:
    compte: Counter[date] = Counter()
    for jour, nombre in Counter(jours).items():
        compte[_lundi(jour)] += nombre
    return compte


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
