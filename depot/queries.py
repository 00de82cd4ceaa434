"""Lectures du dépôt, à la forme des pages qui les montrent."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts import prolongements
from accounts.models import Utilisateur
from depot.enums import CATEGORIES, EtatDepot, NatureDocument
from depot.models import Campagne, Document, DocumentQuerySet
from structures.models import Region, Structure
from structures.mots import cherches


@dataclass(frozen=True)
class Attendu:
    """Un rapport qu'une campagne attend d'une structure, et la dernière version reçue s'il y en a une."""

    nature: NatureDocument
    dernier: Document | None


@dataclass
class Ligne:
    """Une structure face à une campagne."""

    structure: Structure
    attendus: list[Attendu] = field(default_factory=list)

    @property
    def etat(self) -> EtatDepot:
        recus = sum(attendu.dernier is not None for attendu in self.attendus)
        if recus == len(self.attendus):
            return EtatDepot.COMPLET
        return EtatDepot.PARTIEL if recus else EtatDepot.AUCUN


def campagne_courante() -> Campagne | None:
    """La campagne ouverte la plus récente ; à défaut, la dernière ouverte."""
    return Campagne.objects.ouvertes().first() or Campagne.objects.first()


def contenant(structures: QuerySet[Structure], texte: str) -> QuerySet[Structure]:
    """Structures dont le numéro FINESS commence par ce texte, ou dont les mots en contiennent chaque mot."""
    if texte.strip().isdigit():
        return structures.filter(Q(numero_finess__startswith=texte.strip()) | Q(code_postal=texte.strip()))
    for mot in cherches(texte):
        structures = structures.filter(mots__contains=f" {mot}")
    return structures


def filtrer_documents(
    documents: DocumentQuerySet, *, campagne: Campagne | None = None, nature: str = "", texte: str = ""
) -> DocumentQuerySet:
    documents = documents.select_related("campagne", "structure", "deposant", "supprime_par")
    if campagne:
        documents = documents.filter(campagne=campagne)
    if nature:
        documents = documents.filter(nature=nature)
    if texte:
        documents = documents.filter(structure__in=contenant(Structure.objects.all(), texte))
    return documents


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
        structures = _dans_l_etat(structures, campagne, EtatDepot(etat))
    return structures


def _dans_l_etat(structures: QuerySet[Structure], campagne: Campagne, etat: EtatDepot) -> QuerySet[Structure]:
    recus = Document.objects.gardes().filter(structure=OuterRef("pk"), campagne=campagne)
    presences = [Exists(recus.filter(nature=nature)) for nature in NatureDocument]
    un_au_moins = Exists(recus)
    if etat == EtatDepot.AUCUN:
        return structures.filter(~un_au_moins)
    if etat == EtatDepot.COMPLET:
        return structures.filter(*presences)
    return structures.filter(un_au_moins).exclude(*presences)


def face_a(campagne: Campagne, structures: Iterable[Structure]) -> list[Ligne]:
    """Une ligne par structure, en une requête pour toutes."""
    lignes = {structure.pk: Ligne(structure) for structure in structures}
    derniers: dict[tuple[int, str], Document] = {}
    recus = Document.objects.gardes().filter(campagne=campagne, structure__in=lignes)
    for document in recus.order_by("version"):
        derniers[document.structure_id, document.nature] = document
    for cle, ligne in lignes.items():
        ligne.attendus = [Attendu(nature, derniers.get((cle, nature))) for nature in NatureDocument]
    return list(lignes.values())


def regions() -> QuerySet[Region]:
    """Régions où se trouve au moins un CAMSP ou un CMPP."""
    lieux = Structure.objects.filter(categorie__in=CATEGORIES, departement__region=OuterRef("pk"))
    return Region.objects.filter(Exists(lieux))


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
