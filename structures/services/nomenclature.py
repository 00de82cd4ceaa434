"""Les catégories d'établissement, d'après la nomenclature publiée par FINESS."""

import csv
from pathlib import Path

from django.db import transaction

from journal.services import Acteur, consigner
from structures.enums import AUTRE_ETABLISSEMENT, ESMS, ETABLISSEMENT_SANITAIRE
from structures.models import Categorie

_COLONNES = {"code", "libelle", "libellecourt", "domaine", "codeagr1"}
_AGREGAT_MEDICO_SOCIAL = "4000"


class NomenclatureRefusee(Exception):
    """Le message dit ce qui manque au fichier."""


def importer_nomenclature(*, chemin: Path, acteur: Acteur) -> int:
    """Ajoute et renomme les catégories ; n'en retire aucune. Rend leur nombre. Lève `NomenclatureRefusee`."""
    try:
        with chemin.open(encoding="utf-8-sig", newline="") as fichier:
            lecteur = csv.DictReader(fichier, delimiter=";")
            manquent = _COLONNES - set(lecteur.fieldnames or ())
            categories = [] if manquent else [_categorie(ligne) for ligne in lecteur if ligne["code"]]
    except UnicodeDecodeError as erreur:
        raise NomenclatureRefusee("Ce fichier n'est pas du texte en UTF-8.") from erreur
    if manquent:
        raise NomenclatureRefusee(f"Ces colonnes manquent : {', '.join(sorted(manquent))}.")
    if not categories:
        raise NomenclatureRefusee("Ce fichier ne contient aucune catégorie.")
    with transaction.atomic():
        Categorie.objects.bulk_create(
            categories,
            update_conflicts=True,
            unique_fields=["code"],
            update_fields=["libelle", "libelle_court", "type"],
        )
        consigner(
            acteur=acteur, action="nomenclature.importee", objet=categories[0], apres={"categories": len(categories)}
        )
    return len(categories)


def _categorie(ligne: dict[str, str]) -> Categorie:
    if ligne["domaine"] == "SOC" and ligne["codeagr1"] == _AGREGAT_MEDICO_SOCIAL:
        type_ = ESMS
    else:
        type_ = ETABLISSEMENT_SANITAIRE if ligne["domaine"] == "SAN" else AUTRE_ETABLISSEMENT
    return Categorie(
        code=ligne["code"], libelle=ligne["libelle"][:120], libelle_court=ligne["libellecourt"][:60], type_id=type_
    )
