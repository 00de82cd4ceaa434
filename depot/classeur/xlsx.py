"""Ce que calamine ne dit pas d'un .xlsx : les formules dont le résultat manque, les plages nommées."""

import zipfile
from collections.abc import Callable, Iterable
from typing import BinaryIO
from xml.parsers import expat

from depot.juge import archives, signatures

CLASSEUR, LIENS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


def sans_resultat(fichier: BinaryIO) -> dict[str, frozenset[str]]:
    """Par feuille, les cellules à formule sans valeur, ou dont la valeur est une erreur (#DIV/0!).

    calamine les rend vides, comme une cellule jamais remplie.
    """
    parties = _parties(fichier)
    if CLASSEUR not in parties or LIENS not in parties:
        return {}
    cibles = _attributs(archives.morceaux(fichier, parties[LIENS]), "Relationship", "Id", "Target")
    trouvees = {}
    for nom, lien in _attributs(archives.morceaux(fichier, parties[CLASSEUR]), "sheet", "name", "id").items():
        cible = cibles.get(lien, "")
        partie = parties.get(cible.lstrip("/") if cible.startswith("/") else f"xl/{cible}")
        if partie is not None:
            trouvees[nom] = _feuille(archives.morceaux(fichier, partie))
    return trouvees


def plages_nommees(fichier: BinaryIO) -> dict[str, str]:
    """Chaque nom du classeur, et ce qu'il désigne : « 'File active'!$C$12 »."""
    parties = _parties(fichier)
    if CLASSEUR not in parties:
        return {}
    noms: dict[str, str] = {}
    courant = ""

    def debut(balise: str, attributs: dict[str, str]) -> None:
        nonlocal courant
        courant = attributs.get("name", "") if _local(balise) == "definedName" else ""

    def texte(lu: str) -> None:
        if courant:
            noms[courant] = noms.get(courant, "") + lu

    def fin(balise: str) -> None:
        nonlocal courant
        courant = ""

    _parcourir(archives.morceaux(fichier, parties[CLASSEUR]), debut, fin, texte)
    return noms


def _parties(fichier: BinaryIO) -> dict[str, zipfile.ZipInfo]:
    """Les parties du paquet ; aucune si ce n'en est pas un."""
    fichier.seek(0)
    est_un_zip = fichier.read(len(signatures.ZIP)) == signatures.ZIP
    fichier.seek(0)
    return {entree.filename: entree for entree in zipfile.ZipFile(fichier).infolist()} if est_un_zip else {}


def _attributs(morceaux: Iterable[bytes], balise: str, cle: str, valeur: str) -> dict[str, str]:
    lus: dict[str, str] = {}

    def debut(nom: str, attributs: dict[str, str]) -> None:
        if _local(nom) == balise:
            locaux = {_local(attribut): dit for attribut, dit in attributs.items()}
            lus[locaux.get(cle, "")] = locaux.get(valeur, "")

    _parcourir(morceaux, debut)
    return lus


def _feuille(morceaux: Iterable[bytes]) -> frozenset[str]:
    cellules: set[str] = set()
    nom_courant = ""
    courante = {"formule": False, "valeur": False, "erreur": False, "dans_la_valeur": False}

    def debut(nom: str, attributs: dict[str, str]) -> None:
        nonlocal nom_courant
        match _local(nom):
            case "c":
                nom_courant = attributs.get("r", "")
                # « str » : la formule a rendu un texte, vide peut-être.
                courante.update(formule=False, valeur=attributs.get("t") == "str", erreur=attributs.get("t") == "e")
            case "f":
                courante["formule"] = True
            case "v":
                courante["dans_la_valeur"] = True

    def texte(lu: str) -> None:
        courante["valeur"] = courante["valeur"] or (courante["dans_la_valeur"] and bool(lu.strip()))

    def fin(nom: str) -> None:
        if _local(nom) == "v":
            courante["dans_la_valeur"] = False
        elif _local(nom) == "c" and courante["formule"] and (courante["erreur"] or not courante["valeur"]):
            cellules.add(nom_courant)

    _parcourir(morceaux, debut, fin, texte)
    return frozenset(cellules)


def _parcourir(
    morceaux: Iterable[bytes],
    debut: Callable[[str, dict[str, str]], None],
    fin: Callable[[str], None] | None = None,
    texte: Callable[[str], None] | None = None,
) -> None:
    lecteur = expat.ParserCreate(namespace_separator=" ")
    lecteur.StartElementHandler, lecteur.EndElementHandler, lecteur.CharacterDataHandler = debut, fin, texte
    for morceau in morceaux:
        lecteur.Parse(morceau)
    lecteur.Parse(b"", True)


def _local(nom: str) -> str:
    return nom.rpartition(" ")[2]
