from django.core.management.base import BaseCommand

from structures.services import charger_references


class Command(BaseCommand):
    help = "Charge régions, départements, types, catégories et organismes de liste ; sans risque à répéter."

    def handle(self, *args: object, **options: object) -> None:
        self.stdout.write(f"Données de référence à jour : {charger_references()} organismes de liste.")
