from pathlib import Path

from celery import shared_task
from django.contrib.auth import get_user_model

from structures.services import importer_finess


@shared_task(name="structures.importer_finess")
def importer(chemin: str, acteur_id: int | None = None, *, forcer: bool = False) -> int:
    """Importe un fichier que l'ouvrier peut lire ; rend le numéro du compte rendu. Sans danger deux fois."""
    acteur = get_user_model().objects.get(pk=acteur_id) if acteur_id else None
    return importer_finess(chemin=Path(chemin), acteur=acteur, forcer=forcer).pk
