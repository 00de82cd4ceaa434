"""Les structures face à une campagne."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from depot.enums import EtatDepot, Exigence, NatureDocument
from depot.models import Campagne, Delai, Document, Prolongation
from depot.queries.campagnes import delais
from depot.queries.documents import COLONNES_MONTREES, contenant
from structures.models import Region, Structure
from structures.tableaux import Valeur

# Ce qu'une campagne exige, par catégorie et par nature.
Exigences = Mapping[tuple[str, str], Exigence]


@dataclass(frozen=True)
class Attendu:
    """Une nature de rapport face à une structure : ce que la campagne en exige, et la dernière version reçue."""

    nature: NatureDocument
    exigence: Exigence
    dernier: Document | None

    @property
    def concerne(self) -> bool:
        """Attendue, ou reçue quand même."""
        return self.exigence != Exigence.NON_ATTENDU or self.dernier is not None

    @property
    def manque(self) -> bool:
        return self.exigence == Exigence.OBLIGATOIRE and self.dernier is None


@dataclass
class Ligne:
    """Une structure face à une campagne ; une case par nature, attendue ou non, pour que les colonnes s'alignent."""

    structure: Structure
    delai: Delai
    attendus: list[Attendu] = field(default_factory=list)

    @property
    def etat(self) -> EtatDepot:
        if not any(attendu.manque for attendu in self.attendus):
            return EtatDepot.COMPLET
        return EtatDepot.PARTIEL if any(attendu.dernier for attendu in self.attendus) else EtatDepot.AUCUN


def filtrer_structures(
    structures: QuerySet[Structure],
    *,
    campagne: Campagne | None,
    texte: str = "",
    region: Region | None = None,
    etat: str = "",
) -> QuerySet[Structure]:
    structures = contenant(structures, texte).select_related("departement__region", "categorie")
    if region:
        structures = structures.filter(departement__region=region)
    if etat and campagne:
        structures = dans_l_etat(structures, campagne, EtatDepot(etat))
    return structures


def dans_l_etat(structures: QuerySet[Structure], campagne: Campagne, etat: EtatDepot) -> QuerySet[Structure]:
    manque = il_manque(campagne)
    if etat == EtatDepot.COMPLET:
        return structures.exclude(manque)
    entamee = Q(pk__in=ont_remis(campagne))
    return structures.filter(manque, entamee if etat == EtatDepot.PARTIEL else ~entamee)


def il_manque(campagne: Campagne) -> Q:
    """Structures dont la campagne attend encore un rapport."""
    categories: dict[str, list[str]] = defaultdict(list)
    for piece in campagne.pieces.filter(exigence=Exigence.OBLIGATOIRE):
        categories[piece.nature].append(piece.categorie)
    manque = Q(pk__in=[])
    for nature, concernees in categories.items():
        manque |= Q(~Q(pk__in=ont_remis(campagne).filter(nature=nature)), categorie__in=concernees)
    return manque


def ont_remis(campagne: Campagne) -> QuerySet[Document, Any]:
    """Clés des structures qui ont remis quelque chose de valable."""
    return Document.objects.valables().filter(campagne=campagne).order_by().values("structure")


def en_retard(structures: QuerySet[Structure], campagne: Campagne) -> QuerySet[Structure]:
    """Celles à qui il manque quelque chose une fois leur délai passé."""
    if not Delai(campagne).est_en_retard:
        return structures.none()
    return structures.filter(il_manque(campagne), hors_delai(campagne))


def hors_delai(campagne: Campagne) -> Q:
    """Structures sans délai accordé qui coure encore ; à lire une fois passée l'échéance de la campagne."""
    return ~Q(pk__in=prolongees_aujourd_hui(campagne))


def prolongees_aujourd_hui(campagne: Campagne) -> QuerySet[Prolongation, Any]:
    """Clés des structures dont le délai accordé court encore."""
    courent = campagne.prolongations.filter(jusqu_au__gte=timezone.localdate())
    return courent.order_by().values_list("structure", flat=True)


def face_a(campagne: Campagne, structures: Iterable[Structure]) -> list[Ligne]:
    """Une ligne par structure, en trois requêtes pour toutes."""
    retenues = list(structures)
    accordes = delais(campagne, [structure.pk for structure in retenues])
    exigences = exigences_de(campagne)
    derniers: dict[int, dict[str, Document]] = defaultdict(dict)
    recus = Document.objects.valables().filter(campagne=campagne, structure__in=accordes)
    for document in recus.order_by("version").only("structure", "campagne", *COLONNES_MONTREES):
        derniers[document.structure_id][document.nature] = document
    return [
        Ligne(structure, accordes[structure.pk], attendus_de(structure, exigences, derniers.get(structure.pk, {})))
        for structure in retenues
    ]


def exigences_de(campagne: Campagne) -> Exigences:
    return {(piece.categorie, piece.nature): Exigence(piece.exigence) for piece in campagne.pieces.all()}


def attendus_de(structure: Structure, exigences: Exigences, derniers: Mapping[str, Document]) -> list[Attendu]:
    return [
        Attendu(
            nature,
            exigences.get((structure.categorie_id or "", nature), Exigence.NON_ATTENDU),
            derniers.get(nature),
        )
        for nature in NatureDocument
    ]


COLONNES_DE_LA_LISTE = [
    "N° FINESS",
    "Structure",
    "Catégorie",
    "Commune",
    "Département",
    "Région",
    "État",
    *(f"{nature.label} : {quoi}" for nature in NatureDocument for quoi in ("déposé le", "référence", "version")),
]


def lignes_de_la_liste(campagne: Campagne, structures: QuerySet[Structure]) -> Iterator[list[Valeur]]:
    for ligne in face_a(campagne, structures):
        yield _valeurs(ligne)


def _valeurs(ligne: Ligne) -> list[Valeur]:
    structure, departement = ligne.structure, ligne.structure.departement
    valeurs: list[Valeur] = [
        structure.numero_finess,
        structure.nom,
        structure.categorie.libelle_court if structure.categorie else "",
        structure.commune,
        str(departement or ""),
        departement.region.nom if departement else "",
        ligne.etat.label,
    ]
    derniers = {attendu.nature: attendu.dernier for attendu in ligne.attendus}
    for nature in NatureDocument:
        dernier = derniers.get(nature)
        valeurs += [dernier.depose_le, dernier.reference, dernier.version] if dernier else ["", "", ""]
    return valeurs
