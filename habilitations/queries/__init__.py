"""Lectures des habilitations, à la forme des pages qui les montrent."""

from habilitations.queries.acces import Absence, Tuile, absence, profils_tenus, structures_tenues, tuiles
from habilitations.queries.portefeuilles import gestionnaires_couvrant

__all__ = [
    "Absence",
    "Tuile",
    "absence",
    "gestionnaires_couvrant",
    "profils_tenus",
    "structures_tenues",
    "tuiles",
]
