"""Seuls écrivains de l'annuaire."""

from structures.services.imports import ImportEnCours, demander_import, importer_finess, poursuivre_import, recevoir
from structures.services.references import charger_references
from structures.services.successions import SuccessionImpossible, designer_successeur

__all__ = [
    "ImportEnCours",
    "SuccessionImpossible",
    "charger_references",
    "demander_import",
    "designer_successeur",
    "importer_finess",
    "poursuivre_import",
    "recevoir",
]
