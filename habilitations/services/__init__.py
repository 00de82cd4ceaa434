"""Seuls écrivains des habilitations."""

from habilitations.services.references import charger_references

__all__ = ["charger_references"]
