"""Seuls écrivains de l'annuaire."""

from structures.services.imports import ImportEnCours, demander_import, importer_finess, poursuivre_import
from structures.services.references import charger_references

__all__ = ["ImportEnCours", "charger_references", "demander_import", "importer_finess", "poursuivre_import"]
