"""Les applications et les profils connus, comme données."""

import json
from typing import Any

from django.conf import settings
from django.db import transaction

from habilitations.models import Application, Profil

FICHIER = settings.RACINE / "fixtures" / "habilitations" / "applications.json"


def charger_references() -> None:
    """Crée les applications et les profils qui manquent ; ceux qui existent gardent ce que le support y a changé.

    Les types et catégories de structure doivent être chargés avant.
    """
    with transaction.atomic():
        for ordre, donnees in enumerate(json.loads(FICHIER.read_text(encoding="utf-8"))):
            profils = donnees.pop("profils")
            application, _ = Application.objects.get_or_create(
                code=donnees.pop("code"), defaults=donnees | {"ordre": ordre}
            )
            for rang, profil in enumerate(profils):
                _charger_profil(application, profil | {"ordre": rang})


def _charger_profil(application: Application, donnees: dict[str, Any]) -> None:
    types, categories = donnees.pop("types_structure", []), donnees.pop("categories", [])
    profil, cree = Profil.objects.get_or_create(application=application, code=donnees.pop("code"), defaults=donnees)
    if cree:
        profil.types_structure.set(types)
        profil.categories.set(categories)
