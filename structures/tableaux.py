"""Un tableau à emporter, en classeur ou en CSV : rien de ce qui y est écrit n'est une formule."""

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import NamedTuple

import xlsxwriter
from django.utils import timezone

Valeur = str | int | float | Decimal | date | None
# Ce par quoi un tableur reconnaît une formule (OWASP, « CSV injection »).
DEBUTS_DE_FORMULE = ("=", "+", "-", "@", "\t", "\r")
LARGEUR_MAX = 48


class Feuille(NamedTuple):
    titre: str
    colonnes: Sequence[str]
    lignes: Iterable[Sequence[Valeur]]


def en_classeur(*feuilles: Feuille) -> BytesIO:
    """Les lignes attendent sur disque, seul le fichier compressé tient en mémoire."""
    sortie = BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    with xlsxwriter.Workbook(sortie, options) as classeur:
        gras = classeur.add_format({"bold": True})
        formats = {
            datetime: classeur.add_format({"num_format": "dd/mm/yyyy hh:mm"}),
            date: classeur.add_format({"num_format": "dd/mm/yyyy"}),
        }
        for titre, colonnes, lignes in feuilles:
            feuille = classeur.add_worksheet(titre[:31])
            feuille.freeze_panes(1, 0)
            for colonne, nom in enumerate(colonnes):
                feuille.set_column(colonne, colonne, min(max(len(nom) + 2, 14), LARGEUR_MAX))
                feuille.write_string(0, colonne, nom, gras)
            rang = 0
            for rang, ligne in enumerate(lignes, start=1):
                for colonne, valeur in enumerate(ligne):
                    _ecrire(feuille, rang, colonne, valeur, formats)
            feuille.autofilter(0, 0, max(rang, 1), len(colonnes) - 1)
    sortie.seek(0)
    return sortie


def _ecrire(
    feuille: xlsxwriter.worksheet.Worksheet, rang: int, colonne: int, valeur: Valeur, formats: dict[type[date], object]
) -> None:
    if isinstance(valeur, datetime):
        feuille.write_datetime(rang, colonne, timezone.localtime(valeur), formats[datetime])
    elif isinstance(valeur, date):
        feuille.write_datetime(rang, colonne, valeur, formats[date])
    elif isinstance(valeur, int | float | Decimal):
        feuille.write_number(rang, colonne, valeur)
    elif valeur:
        feuille.write_string(rang, colonne, valeur)


def en_parquet(colonnes: Sequence[str], lignes: Iterable[Sequence[Valeur]]) -> BytesIO:
    """Pour les statisticiens : des colonnes typées. Une colonne qui mêle textes et nombres est tout en texte."""
    from pyarrow import array, parquet, table  # lourd à charger, et seul cet export s'en sert

    sortie, rangees = BytesIO(), list(lignes)
    valeurs = [[ligne[rang] for ligne in rangees] for rang in range(len(colonnes))]
    parquet.write_table(table([array(_du_meme_type(colonne)) for colonne in valeurs], names=list(colonnes)), sortie)
    sortie.seek(0)
    return sortie


def _du_meme_type(colonne: list[Valeur]) -> list[Valeur]:
    types = {type(valeur) for valeur in colonne if valeur is not None}
    if str in types and len(types) > 1:
        return [None if valeur is None else str(valeur) for valeur in colonne]
    return colonne


class _Tampon:
    """Rend à csv.writer ce qu'il écrit."""

    def write(self, texte: str) -> str:
        return texte


def en_csv(colonnes: Sequence[str], lignes: Iterable[Sequence[Valeur]]) -> Iterator[bytes]:
    """Comme l'attend Excel en français : UTF-8 avec marque, point-virgule, virgule décimale ; ligne après ligne."""
    ecrivain = csv.writer(_Tampon(), delimiter=";", lineterminator="\r\n")
    yield "\ufeff".encode()
    yield ecrivain.writerow([_desarmer(nom) for nom in colonnes]).encode()
    for ligne in lignes:
        yield ecrivain.writerow([_texte(valeur) for valeur in ligne]).encode()


def _texte(valeur: Valeur) -> str:
    if isinstance(valeur, datetime):
        return f"{timezone.localtime(valeur):%d/%m/%Y %H:%M}"
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    if isinstance(valeur, float | Decimal):
        return str(valeur).replace(".", ",")
    return _desarmer(valeur) if isinstance(valeur, str) else str("" if valeur is None else valeur)


def _desarmer(texte: str) -> str:
    return f"'{texte}" if texte.startswith(DEBUTS_DE_FORMULE) else texte
