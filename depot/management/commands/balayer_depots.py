from typing import Any

from django.core.management.base import BaseCommand

from depot.services import balayer


class Command(BaseCommand):
    help = "Efface du stockage les fichiers qu'aucun document ne désigne depuis plus d'un jour."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{balayer()} fichier(s) sans document effacé(s).")
