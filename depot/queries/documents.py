"""Les documents, tels que les listes les montrent."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Sum

from accounts import prolongements
from accounts.models import Utilisateur
from depot.enums import ECARTES, EtatDocument
from depot.models import Campagne, Document, DocumentQuerySet
from structures.models import Structure
from structures.mots import cherches
from structures.tableaux import Valeur

FILTRES = {
    "campagne": "campagne",
    "nature": "nature",
    "etat": "etat",
    "region": "structure__departement__region",
}
EN_LIASSE = Q(etat=EtatDocument.PUBLIE, supprime_le=None)
COLONNES_MONTREES = (
    "reference",
    "nom_fichier",
    "taille",
    "nature",
    "version",
    "etat",
    "en_retard",
    "depose_le",
    "supprime_le",
    "efface_le",
)
NOM_DE_LA_PERSONNE = ("deposant__prenom", "deposant__nom")
COLONNES_DES_DOCUMENTS = [
    "Référence",
    "Campagne",
    "N° FINESS",
    "Structure",
    "Commune",
    "Département",
    "Région",
    "Nature",
    "Version",
    "Fichier",
    "Taille (octets)",
    "État",
    "Déposé le",
    "Déposé par",
    "Empreinte SHA-256",
]


@dataclass(frozen=True)
class Poids:
    """Les documents d'une liste (`total`) ; ceux que sa liasse emporte (`nombre`), et leur taille en octets."""

    total: int
    nombre: int
    taille: int


def contenant(structures: QuerySet[Structure], texte: str) -> QuerySet[Structure]:
    """Structures dont le numéro FINESS commence par ce texte, ou dont les mots en contiennent chaque mot."""
    if texte.strip().isdigit():
        return structures.filter(Q(numero_finess__startswith=texte.strip()) | Q(code_postal=texte.strip()))
    for mot in cherches(texte):
        structures = structures.filter(mots__contains=f" {mot}")
    return structures


def filtrer_documents(documents: DocumentQuerySet, *, texte: str = "", **criteres: Any) -> DocumentQuerySet:
    """`texte` se cherche dans la structure, le nom du fichier et la référence ; `criteres` sont ceux de `FILTRES`."""
    documents = documents.select_related("campagne", "structure__departement__region", "deposant", "supprime_par")
    documents = documents.filter(**{FILTRES[nom]: valeur for nom, valeur in criteres.items() if valeur})
    if texte:
        documents = documents.filter(
            Q(structure__in=contenant(Structure.objects.all(), texte))
            | Q(nom_fichier__icontains=texte.strip())
            | Q(reference__istartswith=texte.strip())
        )
    return documents


def dernieres_versions(documents: DocumentQuerySet) -> DocumentQuerySet:
    """Sans ceux qu'une version plus récente a remplacés ; jetée, infectée ou refusée, elle ne remplace rien."""
    suivantes = (
        Document.objects.valables()
        .filter(
            version__gt=1,  # une première version ne remplace rien : la base a presque tout écarté avant de comparer
            structure=OuterRef("structure"),
            campagne=OuterRef("campagne"),
            nature=OuterRef("nature"),
        )
        .filter(version__gt=OuterRef("version"))
    )
    return documents.filter(~Exists(suivantes))


def ecartes(campagne: Campagne, structures: Iterable[Structure]) -> dict[int, list[Document]]:
    """Par structure, le dernier envoi infecté ou refusé de chaque nature que rien n'a remplacé depuis."""
    sans_suite = dernieres_versions(Document.objects.gardes().filter(etat__in=ECARTES))
    derniers: dict[tuple[int, str], Document] = {}
    for document in sans_suite.filter(campagne=campagne, structure__in=list(structures)).order_by("version"):
        derniers[document.structure_id, document.nature] = document
    par_structure: dict[int, list[Document]] = defaultdict(list)
    for document in derniers.values():
        par_structure[document.structure_id].append(document)
    return par_structure


def en_liasse(documents: DocumentQuerySet) -> DocumentQuerySet:
    """Les documents d'une liste qui peuvent partir ensemble, rangés comme ils le seront."""
    return documents.filter(EN_LIASSE).order_by(
        "-campagne__annee", "structure__departement", "structure__nom", "structure", "nature", "version"
    )


def peser(documents: DocumentQuerySet) -> Poids:
    """Le nombre des documents d'une liste, et le poids de sa liasse ; une seule lecture de la base."""
    return Poids(
        **documents.order_by().aggregate(
            total=Count("pk"), nombre=Count("pk", filter=EN_LIASSE), taille=Sum("taille", filter=EN_LIASSE, default=0)
        )
    )


def a_montrer(documents: DocumentQuerySet) -> DocumentQuerySet:
    """Les documents d'une liste, avec les seules colonnes que leurs rangées montrent."""
    return (
        documents.select_related(None)
        .select_related("campagne", "structure", "deposant")
        .only(*COLONNES_MONTREES, "campagne__annee", "structure__nom", "structure__numero_finess", *NOM_DE_LA_PERSONNE)
    )


def lignes_des_documents(documents: DocumentQuerySet) -> Iterator[list[Valeur]]:
    for document in documents.iterator(chunk_size=500):
        structure, departement = document.structure, document.structure.departement
        yield [
            document.reference,
            document.campagne.annee,
            structure.numero_finess,
            structure.nom,
            structure.commune,
            str(departement or ""),
            departement.region.nom if departement else "",
            document.get_nature_display(),
            document.version,
            document.nom_fichier,
            document.taille,
            "Dans la corbeille" if document.supprime_le else document.get_etat_display(),
            document.depose_le,
            str(document.deposant),
            document.sha256,
        ]


def octets_deposes(campagne: Campagne, structure: Structure) -> int:
    """Ce qu'une structure a déposé pour une campagne, toutes versions et corbeille comprises."""
    documents = Document.objects.filter(campagne=campagne, structure=structure)
    return documents.aggregate(octets=Sum("taille"))["octets"] or 0


def documents_exportes(personne: Utilisateur) -> Iterable[prolongements.Ligne]:
    """Ce que la personne a déposé, pour l'export de ses données ; les fichiers sont ceux de la structure."""
    documents = Document.objects.filter(deposant=personne).select_related("campagne", "structure")
    for document in documents.order_by("depose_le"):
        yield {
            "référence": document.reference,
            "déposé le": document.depose_le,
            "campagne": document.campagne.annee,
            "structure": str(document.structure),
            "nature": document.get_nature_display(),
            "version": document.version,
            "fichier": document.nom_fichier,
            "taille (octets)": document.taille,
            "empreinte SHA-256": document.sha256,
            "mis à la corbeille le": document.supprime_le,
        }
