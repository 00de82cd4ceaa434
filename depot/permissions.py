"""Qui peut quoi dans l'espace CAMSP / CMPP."""

from django.db.models import Q, QuerySet

from accounts.models import Utilisateur
from depot.enums import AGENT, CATEGORIES, DEPOSANT
from depot.models import DepotAConfirmer, Document, DocumentQuerySet, Publication, PublicationQuerySet
from habilitations.gardes import Acces
from structures.models import Structure


def peut_deposer(acces: Acces) -> bool:
    return DEPOSANT in acces.profils


def lit_tout(acces: Acces) -> bool:
    return AGENT in acces.profils


def structures_lisibles(acces: Acces) -> QuerySet[Structure]:
    """Les CAMSP et CMPP de toute la France pour un agent, les siens pour les autres."""
    structures = Structure.objects.all() if lit_tout(acces) else acces.structures
    return structures.filter(categorie__in=CATEGORIES)


def structures_consultables(acces: Acces) -> QuerySet[Structure]:
    """Les lisibles, et l'histoire des établissements fermés qu'elles remplacent : on y lit, on n'y dépose plus."""
    lisibles = structures_lisibles(acces)
    if lit_tout(acces):
        return lisibles
    remplacees = Structure.objects.remplacees_par(lisibles).filter(categorie__in=CATEGORIES)
    return Structure.objects.filter(Q(pk__in=lisibles.values("pk")) | Q(pk__in=remplacees.values("pk")))


def structures_de_depot(acces: Acces) -> QuerySet[Structure]:
    if not peut_deposer(acces):
        return Structure.objects.none()
    return acces.structures.filter(categorie__in=CATEGORIES)


def documents_lisibles(acces: Acces) -> DocumentQuerySet:
    """Tous pour un agent, même ceux d'une structure qui a changé de catégorie depuis ; les siens pour les autres."""
    if lit_tout(acces):
        return Document.objects.all()
    return Document.objects.filter(structure__in=structures_consultables(acces))


def documents_modifiables(acces: Acces) -> DocumentQuerySet:
    return Document.objects.filter(structure__in=structures_de_depot(acces))


def publications_lisibles(acces: Acces) -> PublicationQuerySet:
    """Tout ce qui est en ligne pour un agent ; pour les autres, ce qui concerne leurs catégories."""
    en_ligne = Publication.objects.en_ligne().select_related("campagne")
    return en_ligne if lit_tout(acces) else en_ligne.pour(acces.structures)


def depots_a_confirmer(acces: Acces, personne: Utilisateur) -> QuerySet[DepotAConfirmer]:
    """Les classeurs que la personne a envoyés et n'a pas encore confirmés."""
    attentes = DepotAConfirmer.objects.filter(deposant=personne, structure__in=structures_de_depot(acces))
    return attentes.select_related("campagne", "structure")
