"""Écrire le format classique : de quoi comparer le registre tenu à sa source, ou le porter ailleurs.

Ce que la base garde tel quel revient dans sa colonne ; adresse et commune, déjà mises en forme, reviennent entières
dans `voie` et `ligneacheminement`, si bien qu'un fichier exporté se réimporte sans rien changer.
"""

from collections.abc import Iterator
from datetime import date
from typing import Any

from structures.finess import classique

# Colonne du fichier, et champ de la structure.
CHAMPS = {
    classique.NUMERO: "numero_finess",
    classique.ENTITE: "entite_juridique__numero_finess",
    classique.NOM: "nom",
    classique.NOM_LONG: "nom_long",
    classique.VOIE: "adresse",
    classique.TELEPHONE: "telephone",
    classique.CATEGORIE: "categorie",
    classique.LIBELLE_CATEGORIE: "categorie__libelle",
    classique.SIRET: "siret",
    classique.OUVERTURE: "ouverte_le",
}
# Colonnes que la base garde telles que lues, aux espaces doubles et aux dates factices près.
GARDEES = (
    classique.NUMERO, classique.ENTITE, classique.NOM, classique.NOM_LONG, classique.DEPARTEMENT, classique.TELEPHONE,
    classique.CATEGORIE, classique.SIRET, classique.OUVERTURE,
)  # fmt: skip
_DEPARTEMENTS = {insee: finess for finess, insee in classique.OUTRE_MER.items()} | {"977": "9A", "978": "9A"}


def lignes(structures: Any, jour: date) -> Iterator[list[str]]:
    """Le fichier, ligne à ligne ; `structures` est un QuerySet d'établissements ouverts."""
    yield ["finess", "etalab", "0", jour.isoformat()]
    champs = (*CHAMPS.values(), "departement", "code_postal", "commune")
    for *valeurs, departement, code_postal, commune in structures.values_list(*champs).iterator(chunk_size=2000):
        colonnes = ["structureet", *[""] * (classique.NOMBRE_DE_COLONNES - 1)]
        for rang, valeur in zip(CHAMPS, valeurs, strict=True):
            colonnes[rang] = "" if valeur is None else str(valeur)
        colonnes[classique.DEPARTEMENT] = _DEPARTEMENTS.get(departement, departement or "")
        colonnes[classique.ACHEMINEMENT] = f"{code_postal} {commune}".strip()
        yield colonnes
