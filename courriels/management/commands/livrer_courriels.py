from django.core.management.base import BaseCommand

from courriels.services import livrer_les_courriels


class Command(BaseCommand):
    help = "Livre les courriels en attente : à planifier là où le portail tourne sans Celery."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"{livrer_les_courriels()} courriel(s) livré(s).")
