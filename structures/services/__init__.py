"""Seuls écrivains de l'annuaire."""

from structures.services.imports import ImportEnCours, demander_import, importer_finess, poursuivre_import, recevoir
from structures.services.nomenclature import NomenclatureRefusee, importer_nomenclature
from structures.services.references import charger_references
from structures.services.successions import SuccessionImpossible, designer_successeur

__all__ = [
    "ImportEnCours",
    "NomenclatureRefusee",
    "SuccessionImpossible",
    "charger_references",
    "demander_import",
    "designer_successeur",
    "importer_finess",
    "importer_nomenclature",
    "poursuivre_import",
    "recevoir",
]
