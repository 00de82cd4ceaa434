"""Lire un classeur dans l'enclos du juge : un enfant neuf, limité en mémoire et en temps."""

import logging
from pathlib import Path

from depot.classeur.cellules import Cellule, Place, Releve
from depot.juge import enclos

logger = logging.getLogger(__name__)


class ClasseurIllisible(Exception):
    """L'enfant n'a rien pu lire, ou s'y est perdu : ce n'est pas forcément la faute du fichier."""


def lire(chemin: Path, places: list[Place], entiere: str = "", lignes: int = 0) -> tuple[Releve, list[list[Cellule]]]:
    """Comme `lecture.lire`. Lève `ClasseurIllisible`."""
    try:
        donnees = enclos.lire_le_classeur(chemin, {"places": places, "entiere": entiere, "lignes": lignes})
        contenu = [[Cellule.de_donnees(cellule) for cellule in ligne] for ligne in donnees["lignes"]]
        return Releve.de_donnees(donnees["releve"]), contenu
    except (OSError, ValueError, KeyError) as erreur:
        logger.warning("Le classeur %s n'a pas pu être lu : %s", chemin.name, type(erreur).__name__)
        raise ClasseurIllisible from erreur
