from typing import Any

from django.core.management.base import BaseCommand

from depot.services import analyser_en_attente


class Command(BaseCommand):
    help = "Soumet à l'antivirus les documents dont l'heure est venue ; sans risque à répéter."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{analyser_en_attente()} document(s) soumis à l'antivirus.")
