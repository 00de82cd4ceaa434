"""Lire un classeur .xlsx, .xls ou .ods déjà jugé. À n'appeler que dans l'enfant limité : calamine peut s'y perdre."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO

from python_calamine import CalamineWorkbook

from depot.classeur import xlsx
from depot.classeur.cellules import COLONNES_MAX, VIDE, Cellule, Genre, Place, Releve, position, simplifier
from depot.juge import ole, signatures

TEXTE_LU = 4_000


def lire(
    chemin: Path, places: Iterable[Place], entiere: str = "", lignes: int = 0
) -> tuple[Releve, list[list[Cellule]]]:
    """Les cellules demandées ; d'un modèle, ses plages nommées et les premières `lignes` de la feuille `entiere`."""
    with chemin.open("rb") as fichier:
        clair = _en_clair(fichier)
        sans_resultat = xlsx.sans_resultat(clair)
        nommees = xlsx.plages_nommees(clair) if entiere else {}
        clair.seek(0)
        classeur = CalamineWorkbook.from_filelike(clair)
        noms = {simplifier(nom): nom for nom in classeur.sheet_names}
        demandees: dict[str, list[Place]] = defaultdict(list)
        for place in places:
            demandees[simplifier(place[0])].append(place)
        cellules: dict[Place, Cellule] = {}
        for cle, attendues in demandees.items():
            if cle in noms:
                cellules |= _lire_la_feuille(classeur, noms[cle], attendues, sans_resultat.get(noms[cle], frozenset()))
        contenu = _tout_lire(classeur, noms.get(simplifier(entiere)), lignes)
        return Releve(tuple(classeur.sheet_names), cellules, nommees), contenu


def repondre(chemin: Path, demande: dict[str, Any]) -> dict[str, Any]:
    """`lire`, pour qui demande d'un autre processus : tout y est en JSON."""
    places = [(feuille, cellule) for feuille, cellule in demande["places"]]
    releve, lignes = lire(chemin, places, demande["entiere"], demande["lignes"])
    return {
        "releve": releve.en_donnees(),
        "lignes": [[cellule.en_donnees() for cellule in ligne] for ligne in lignes],
    }


def _en_clair(fichier: BinaryIO) -> BinaryIO:
    """Un classeur protégé par le mot de passe par défaut d'Excel est une enveloppe OLE, ouverte comme chez le juge."""
    if fichier.read(len(signatures.OLE)) == signatures.OLE:
        with ole.ouvrir(fichier) as document:
            enveloppe = ole.est_une_enveloppe(document)
        if enveloppe:
            return ole.deprotege(fichier)
        fichier.seek(0)
        return BytesIO(fichier.read())
    fichier.seek(0)
    return fichier


def _lire_la_feuille(
    classeur: CalamineWorkbook, nom: str, places: list[Place], sans_resultat: frozenset[str]
) -> dict[Place, Cellule]:
    positions = {place: position(place[1]) for place in places}
    lignes = classeur.get_sheet_by_name(nom).to_python(
        skip_empty_area=False, nrows=max(ligne for ligne, _ in positions.values()) + 1
    )
    lues = {}
    for place, (ligne, colonne) in positions.items():
        brute = lignes[ligne][colonne] if ligne < len(lignes) and colonne < len(lignes[ligne]) else ""
        cellule = _cellule(brute)
        if cellule is VIDE and place[1] in sans_resultat:
            cellule = Cellule(Genre.NON_CALCULEE)
        lues[place] = cellule
    return lues


def _tout_lire(classeur: CalamineWorkbook, nom: str | None, lignes: int) -> list[list[Cellule]]:
    if nom is None:
        return []
    contenu = classeur.get_sheet_by_name(nom).to_python(skip_empty_area=False, nrows=lignes)
    return [[_cellule(brute) for brute in ligne[:COLONNES_MAX]] for ligne in contenu]


def _cellule(brute: Any) -> Cellule:
    match brute:
        case bool():
            return Cellule(Genre.BOOLEEN, brute)
        case int() | float():
            return Cellule(Genre.NOMBRE, float(brute))
        case dt.datetime():
            return Cellule(Genre.DATE, brute.date())
        case dt.date():
            return Cellule(Genre.DATE, brute)
        case _:
            texte = str(brute).strip()[:TEXTE_LU]
            return Cellule(Genre.TEXTE, texte) if texte else VIDE
