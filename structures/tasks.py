from pathlib import Path

from celery import shared_task

from structures.models import ImportFiness
from structures.services import poursuivre_import


@shared_task(name="structures.importer_finess")
def importer(importation_id: int, chemin: str, *, forcer: bool = False) -> None:
    """Mène un import demandé par le support, d'un fichier que l'ouvrier peut lire. Sans danger deux fois."""
    importation = ImportFiness.objects.select_related("par").get(pk=importation_id)
    poursuivre_import(importation=importation, chemin=Path(chemin), acteur=importation.par, forcer=forcer)
