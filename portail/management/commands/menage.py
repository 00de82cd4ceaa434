from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portail.menage import faire_le_menage


class Command(BaseCommand):
    help = "Efface ce qui a passé son temps : à planifier chaque nuit là où le portail tourne sans Celery."

    def handle(self, *args: Any, **options: Any) -> None:
        pannes = 0
        for nom, fait, erreur in faire_le_menage():
            self.stdout.write(f"{nom} : {erreur or ('fait' if fait is None else fait)}")
            pannes += erreur is not None
        if pannes:
            raise CommandError(f"{pannes} étape(s) du ménage en panne : voyez les traces ci-dessus.")
