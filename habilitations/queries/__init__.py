"""Lectures des habilitations, à la forme des pages qui les montrent."""

from habilitations.queries.acces import Absence, Tuile, absence, profils_tenus, structures_tenues, tuiles
from habilitations.queries.comptes import (
    TenuDansUneStructure,
    demandes_exportees,
    habilitations_exportees,
    structures_a_quitter,
    tenu_dans,
)
from habilitations.queries.demandes import (
    ONGLETS,
    PLAFOND,
    applications_gerees,
    chronologie,
    compter,
    d_un_onglet,
    demande_du_postulant,
    demandes_confiees,
    demandes_de,
    filtrer,
    habilitations_de,
    profils_geres,
    trier,
    voisines,
)
from habilitations.queries.portefeuilles import gestionnaires_couvrant, habilitees
from habilitations.queries.preuves import preuves

__all__ = [
    "ONGLETS",
    "PLAFOND",
    "Absence",
    "TenuDansUneStructure",
    "Tuile",
    "absence",
    "applications_gerees",
    "chronologie",
    "compter",
    "d_un_onglet",
    "demande_du_postulant",
    "demandes_confiees",
    "demandes_de",
    "demandes_exportees",
    "filtrer",
    "gestionnaires_couvrant",
    "habilitations_de",
    "habilitations_exportees",
    "habilitees",
    "preuves",
    "profils_geres",
    "profils_tenus",
    "structures_a_quitter",
    "structures_tenues",
    "tenu_dans",
    "trier",
    "tuiles",
    "voisines",
]
