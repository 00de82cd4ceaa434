"""Campagnes annuelles, documents déposés, documents publiés pour tous."""

from depot.models.campagnes import Campagne, CampagneQuerySet, Delai, PieceAttendue, Prolongation
from depot.models.chiffres import Confirmation, DepotAConfirmer, Valeur
from depot.models.documents import ALPHABET, Document, DocumentQuerySet, nouvelle_cle
from depot.models.publications import Publication, PublicationQuerySet
from depot.models.relances import Relance

__all__ = [
    "ALPHABET",
    "Campagne",
    "CampagneQuerySet",
    "Confirmation",
    "Delai",
    "DepotAConfirmer",
    "Document",
    "DocumentQuerySet",
    "PieceAttendue",
    "Prolongation",
    "Publication",
    "PublicationQuerySet",
    "Relance",
    "Valeur",
    "nouvelle_cle",
]
