"""Seuls écrivains de l'annuaire."""

from structures.services.imports import ImportEnCours, importer_finess
from structures.services.references import charger_references

__all__ = ["ImportEnCours", "charger_references", "importer_finess"]
