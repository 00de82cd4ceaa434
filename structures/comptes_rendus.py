"""Le compte rendu d'un import, en français : au terminal, sur la page du support, en classeur."""

from collections.abc import Iterator
from typing import NamedTuple

from django.db.models import QuerySet

from structures.models import Changement, ImportFiness
from structures.tableaux import Feuille

EXEMPLES = 20
_COLONNES = ("N° FINESS", "Structure", "Lieu", "Habilitations", "Champ", "Avant", "Après")


class Compte(NamedTuple):
    """Un nombre du compte rendu ; `nature` est celle des changements qu'il compte (`queries.NATURES`)."""

    libelle: str
    nombre: int
    nature: str = ""
    precision: str = ""
    exemples: tuple[str, ...] = ()


class Remarque(NamedTuple):
    titre: str
    lignes: tuple[str, ...]


def comptes(importation: ImportFiness) -> list[Compte]:
    rapport = importation.rapport
    inchanges = max(0, importation.lignes - importation.creees - importation.modifiees)
    return [
        Compte("Établissements lus", importation.lignes),
        Compte("Dont CAMSP et CMPP", importation.camsp_cmpp),
        Compte("Créés", importation.creees, "entrees"),
        Compte("Modifiés", importation.modifiees, "modifications", _par_champ(rapport.get("champs", {}))),
        Compte("Inchangés", inchanges),
        Compte("Rouverts", importation.rouvertes, "retours", exemples=_noms(rapport.get("rouvertes", []))),
        Compte("Fermés", importation.fermees, "fermetures", exemples=_noms(rapport.get("fermees", []))),
        Compte("Absents du fichier", importation.absentes, "disparitions", exemples=_noms(rapport.get("absentes", []))),
    ]


def remarques(importation: ImportFiness) -> list[Remarque]:
    """Ce qui mérite d'être regardé, les premières de chaque sorte."""
    rapport = importation.rapport
    unite = rapport.get("unite", "ligne")
    rejets = [f"{unite} {rang} : {motif}" for rang, motif in rapport.get("rejets", [])]
    toutes = {
        f"Lignes rejetées : {_grouper(importation.rejetees)}": rejets,
        "À vérifier": rapport.get("avertissements", []),
        "Numéros à la clé fausse, importés quand même": rapport.get("cles_fausses", []),
        "Catégories inconnues de la nomenclature, créées": rapport.get("categories_nouvelles", []),
    }
    return [Remarque(titre, tuple(lignes[:EXEMPLES])) for titre, lignes in toutes.items() if lignes]


def identite(importation: ImportFiness) -> list[str]:
    date = f", fichier du {importation.date_du_fichier:%d/%m/%Y}" if importation.date_du_fichier else ""
    return [f"{importation.fichier}{date}", f"SHA-256 : {importation.sha256}"]


def compte_rendu(importation: ImportFiness) -> list[str]:
    """Tout, ligne à ligne."""
    lignes = identite(importation)
    for compte in comptes(importation):
        lignes.append(f"{compte.libelle} : {_grouper(compte.nombre)}{compte.precision}")
        lignes += [f"  {exemple}" for exemple in compte.exemples]
    for remarque in remarques(importation):
        lignes += [remarque.titre, *(f"  {ligne}" for ligne in remarque.lignes)]
    if importation.motif:
        lignes.append(f"Refusé : {importation.motif}")
    return lignes


def feuilles(importation: ImportFiness, changements: QuerySet[Changement]) -> Iterator[Feuille]:
    """De quoi faire un classeur ; `changements` vient de `queries.changements`."""
    identifiant, *reste = compte_rendu(importation)
    yield Feuille("Résumé", [identifiant], ([ligne] for ligne in reste))
    yield Feuille("Changements", _COLONNES, map(_en_cellules, changements.iterator(chunk_size=2000)))
    unite = importation.rapport.get("unite", "ligne").capitalize()
    yield Feuille("Rejets", [unite, "Motif"], importation.rapport.get("rejets", []))


def _en_cellules(changement: Changement) -> tuple[str, ...]:
    structure = changement.structure
    employee = "oui" if getattr(changement, "employee", False) else "non"
    valeurs = changement.champ, changement.avant_dit, changement.apres_dit
    return (structure.numero_finess or "", structure.nom, structure.lieu, employee, *valeurs)


def _grouper(nombre: int) -> str:
    """95 333."""
    return f"{nombre:,}".replace(",", "\u202f")


def _par_champ(champs: dict[str, int]) -> str:
    return f" ({', '.join(f'{nom} : {_grouper(nombre)}' for nom, nombre in champs.items())})" if champs else ""


def _noms(structures: list[list[str]]) -> tuple[str, ...]:
    return tuple(f"{numero} {nom}, {commune}" for numero, nom, commune in structures[:EXEMPLES])
