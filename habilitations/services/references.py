"""Les applications, les profils et les premiers textes prêts, comme données."""

import json
from typing import Any

from django.conf import settings
from django.db import transaction

from habilitations.models import Application, ModeleMotif, Profil

DOSSIER = settings.RACINE / "fixtures" / "habilitations"


def charger_references() -> None:
    """Crée les applications et les profils qui manquent, et des textes prêts s'il n'y en a aucun.

    Ceux qui existent gardent ce que le support y a changé. Types et catégories de structure se chargent avant.
    """
    with transaction.atomic():
        for ordre, donnees in enumerate(_lire("applications.json")):
            profils = donnees.pop("profils")
            application, _ = Application.objects.get_or_create(
                code=donnees.pop("code"), defaults=donnees | {"ordre": ordre}
            )
            for rang, profil in enumerate(profils):
                _charger_profil(application, profil | {"ordre": rang})
        # Le support retouche et supprime ces textes : ils ne reviennent pas.
        if not ModeleMotif.objects.exists():
            for rang, modele in enumerate(_lire("motifs.json")):
                ModeleMotif.objects.create(**modele, ordre=rang)


def _lire(fichier: str) -> list[dict[str, Any]]:
    donnees: list[dict[str, Any]] = json.loads((DOSSIER / fichier).read_text(encoding="utf-8"))
    return donnees


def _charger_profil(application: Application, donnees: dict[str, Any]) -> None:
    types, categories = donnees.pop("types_structure", []), donnees.pop("categories", [])
    profil, cree = Profil.objects.get_or_create(application=application, code=donnees.pop("code"), defaults=donnees)
    if cree:
        profil.types_structure.set(types)
        profil.categories.set(categories)
