"""Les données de référence de l'annuaire, tenues dans fixtures/structures/*.csv."""

import csv
import json
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Manager, Model

from structures.enums import EtatStructure
from structures.models import Categorie, Departement, Mot, Region, Structure, TypeStructure
from structures.mots import composer

# Quarante mille mots au premier import : un seul ordre.
_APPRENDRE = "INSERT INTO structures_mot (mot) SELECT value FROM {source} WHERE true ON CONFLICT DO NOTHING"
_ELEMENTS = {"postgresql": "json_array_elements_text(%s)", "sqlite": "json_each(%s)"}


@transaction.atomic
def charger_references() -> int:
    """Met la base à l'heure des fichiers de référence ; sans effet la seconde fois. Rend le nombre d'organismes.

    Ne retire rien : un code disparu des fichiers peut servir à une demande. Un organisme qui n'y est plus est fermé.
    """
    _recopier(Region.objects, [Region(**ligne) for ligne in _lire("regions")], ["nom"])
    _recopier(
        Departement.objects,
        [Departement(code=d["code"], nom=d["nom"], region_id=d["region"]) for d in _lire("departements")],
        ["nom", "region"],
    )
    _recopier(
        TypeStructure.objects,
        [TypeStructure(**t | {"par_finess": t["par_finess"] == "oui"}) for t in _lire("types")],
        ["libelle", "par_finess", "ordre"],
    )
    _recopier(
        Categorie.objects,
        [
            Categorie(code=c["code"], libelle=c["libelle"], libelle_court=c["libelle_court"], type_id=c["type"])
            for c in _lire("categories")
        ],
        ["libelle", "libelle_court", "type"],
    )
    return _charger_les_organismes()


def apprendre(mots: set[str]) -> None:
    """Ajoute au vocabulaire ce qu'il n'a pas encore."""
    plus_longs = Mot._meta.get_field("mot").max_length or 0
    utiles = sorted(mot for mot in mots if len(mot) <= plus_longs and not mot.isdigit())
    with connection.cursor() as curseur:
        curseur.execute(_APPRENDRE.format(source=_ELEMENTS[connection.vendor]), [json.dumps(utiles)])


def _charger_les_organismes() -> int:
    departements = Departement.objects.in_bulk()
    types = TypeStructure.objects.in_bulk()
    organismes = [
        Structure(
            code=o["code"],
            type_id=o["type"],
            nom=o["nom"],
            departement_id=o["departement"],
            commune=o["commune"],
            code_postal=o["code_postal"],
            mots=composer(
                nom=o["nom"],
                ville=f"{o['commune']} {o['code_postal']}",
                reste=" ".join(
                    [
                        types[o["type"]].libelle,
                        *(f"{departements[code].nom} {code}" for code in (o["departement"], *o["aussi"].split())),
                    ]
                ),
            ),
        )
        for o in _lire("organismes")
    ]
    _recopier(Structure.objects, organismes, ["type", "nom", "departement", "commune", "code_postal", "mots", "etat"])
    retires = Structure.objects.exclude(code=None).exclude(code__in=[organisme.code for organisme in organismes])
    retires.update(etat=EtatStructure.FERME)
    apprendre({mot for organisme in organismes for mot in organisme.mots.split() if mot != "/"})
    return len(organismes)


def _lire(nom: str) -> list[dict[str, str]]:
    chemin = settings.RACINE / "fixtures" / "structures" / f"{nom}.csv"
    with chemin.open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter=";"))


def _recopier(table: Manager[Any], objets: Sequence[Model], champs: list[str]) -> None:
    table.bulk_create(objets, update_conflicts=True, unique_fields=["code"], update_fields=champs)
