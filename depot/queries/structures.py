"""Une structure et son histoire dans l'espace ; plusieurs structures, d'année en année."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db.models import Exists, OuterRef, QuerySet

from courriels.enums import EtatCourriel
from courriels.models import Courriel
from depot.enums import APPLICATION, ECARTES, NatureDocument
from depot.models import Campagne, Delai, Document, DocumentQuerySet
from depot.queries.campagnes import droits_de_depot
from depot.queries.suivi import Ligne, attendus_de, exigences_de
from habilitations.models import Habilitation
from structures.models import Structure
from structures.tableaux import Valeur

ANNEES_DE_LA_MATRICE = 5
# De quoi proposer un contact quand une structure n'a plus personne.
VOISINES_MONTREES = 10


@dataclass(frozen=True)
class Annee:
    """Une structure face à une campagne, et tous ses documents de l'année, toutes versions."""

    ligne: Ligne
    documents: Sequence[Document]


def histoire(structure: Structure) -> list[Annee]:
    """Chaque campagne qui attendait quelque chose de la structure ou en a reçu, la dernière d'abord."""
    documents: dict[int, list[Document]] = defaultdict(list)
    recus = Document.objects.gardes().filter(structure=structure).select_related("deposant", "campagne")
    for document in recus.order_by("-nature", "-version"):
        documents[document.campagne_id].append(document)
    prolongees = dict(structure.prolongations.values_list("campagne", "jusqu_au"))
    annees = []
    for campagne in Campagne.objects.prefetch_related("pieces"):
        siens = documents[campagne.pk]
        derniers = {document.nature: document for document in reversed(siens) if document.etat not in ECARTES}
        attendus = attendus_de(structure, exigences_de(campagne), derniers)
        if siens or any(attendu.concerne for attendu in attendus):
            ligne = Ligne(structure, Delai(campagne, prolongees.get(campagne.pk)), attendus)
            annees.append(Annee(ligne, siens))
    return annees


def personnes_habilitees(structure: Structure) -> QuerySet[Habilitation]:
    """Qui tient un rôle dans l'espace pour cette structure ; `rebondit` : un courriel du portail lui est resté."""
    perdus = Courriel.objects.filter(destinataire=OuterRef("titulaire__courriel"), etat=EtatCourriel.EN_ECHEC)
    return (
        Habilitation.objects.actives()
        .filter(profil__application__code=APPLICATION, structure=structure)
        .select_related("titulaire", "profil")
        .annotate(rebondit=Exists(perdus))
        .order_by("titulaire__nom", "titulaire__prenom")
    )


def personnes_voisines(structure: Structure) -> QuerySet[Habilitation]:
    """Personnes qui déposent pour d'autres structures de la même entité juridique : à qui demander de reprendre."""
    return (
        droits_de_depot()
        .filter(
            structure__entite_juridique=structure.entite_juridique_id,
            structure__entite_juridique__isnull=False,
        )
        .exclude(structure=structure)
        .select_related("titulaire", "structure")
        .order_by("titulaire__nom", "titulaire__prenom")[:VOISINES_MONTREES]
    )


class Remise(NamedTuple):
    """Le dernier document d'une case, réduit à ce qu'elle en dit."""

    reference: str
    depose_le: datetime


@dataclass(frozen=True)
class Case:
    """Les derniers documents d'une structure pour une campagne, une place par nature ; None : rien reçu."""

    campagne: Campagne
    derniers: Sequence[tuple[NatureDocument, Remise | None]]


@dataclass(frozen=True)
class Rangee:
    structure: Structure
    cases: Sequence[Case]


def campagnes_de_la_matrice() -> list[Campagne]:
    return list(Campagne.objects.all()[:ANNEES_DE_LA_MATRICE])


def matrice(
    structures: Iterable[Structure], campagnes: Sequence[Campagne], lisibles: DocumentQuerySet
) -> Iterator[Rangee]:
    """Structures × années × documents, en une requête pour toutes."""
    retenues = list(structures)
    recus = lisibles.valables().filter(campagne__in=campagnes, structure__in=retenues).order_by("version")
    derniers = {
        (structure, campagne, nature): Remise(reference, depose_le)
        for structure, campagne, nature, reference, depose_le in recus.values_list(
            "structure", "campagne", "nature", "reference", "depose_le"
        )
    }
    for structure in retenues:
        yield Rangee(
            structure,
            [
                Case(
                    campagne,
                    [(nature, derniers.get((structure.pk, campagne.pk, nature))) for nature in NatureDocument],
                )
                for campagne in campagnes
            ],
        )


def colonnes_de_la_matrice(campagnes: Sequence[Campagne]) -> list[str]:
    natures = [f"{nature.value} {campagne.annee}" for campagne in campagnes for nature in NatureDocument]
    return ["N° FINESS", "Structure", "Commune", "Département", *natures]


def lignes_de_la_matrice(rangees: Iterable[Rangee]) -> Iterator[list[Valeur]]:
    for rangee in rangees:
        structure = rangee.structure
        yield [
            structure.numero_finess,
            structure.nom,
            structure.commune,
            str(structure.departement or ""),
            *(dernier.depose_le if dernier else "" for case in rangee.cases for _, dernier in case.derniers),
        ]
