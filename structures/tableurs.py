"""Le compte rendu d'un import en classeur."""

from io import BytesIO

import xlsxwriter
from django.db.models import QuerySet

from structures.comptes_rendus import compte_rendu
from structures.models import Changement, ImportFiness

_COLONNES = ["N° FINESS", "Structure", "Lieu", "Habilitations", "Champ", "Avant", "Après"]


def tableur_d_import(importation: ImportFiness, changements: QuerySet[Changement]) -> BytesIO:
    """Trois feuilles. Un nom du registre commence parfois par « = » : tout y est écrit comme du texte."""
    sortie = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(sortie, options) as classeur:
        gras = classeur.add_format({"bold": True})
        resume = classeur.add_worksheet("Résumé")
        resume.set_column(0, 0, 80)
        for rang, ligne in enumerate(compte_rendu(importation)):
            resume.write_string(rang, 0, ligne)
        feuille = classeur.add_worksheet("Changements")
        feuille.set_column(0, 6, 24)
        feuille.freeze_panes(1, 0)
        _ecrire(feuille, 0, _COLONNES, gras)
        for rang, changement in enumerate(changements.iterator(chunk_size=2000), start=1):
            _ecrire(feuille, rang, _ligne(changement))
        rejets = classeur.add_worksheet("Rejets")
        _ecrire(rejets, 0, [importation.rapport.get("unite", "ligne").capitalize(), "Motif"], gras)
        for rang, (ligne, motif) in enumerate(importation.rapport.get("rejets", []), start=1):
            _ecrire(rejets, rang, [str(ligne), motif])
    sortie.seek(0)
    return sortie


def _ligne(changement: Changement) -> list[str]:
    structure = changement.structure
    habilitee = "oui" if getattr(changement, "employee", False) else "non"
    return [
        structure.numero_finess or "",
        structure.nom,
        structure.lieu,
        habilitee,
        changement.champ,
        changement.avant_dit,
        changement.apres_dit,
    ]


def _ecrire(feuille: xlsxwriter.worksheet.Worksheet, rang: int, valeurs: list[str], format_: object = None) -> None:
    for colonne, valeur in enumerate(valeurs):
        feuille.write_string(rang, colonne, valeur, format_)
