from django.core.management.base import BaseCommand

from habilitations.services import charger_references as charger_applications
from structures.services import charger_references as charger_structures


class Command(BaseCommand):
    help = (
        "Charge types, régions, départements, catégories, organismes, applications et profils ; sans risque à répéter."
    )

    def handle(self, *args: object, **options: object) -> None:
        organismes = charger_structures()
        charger_applications()
        self.stdout.write(f"Données de référence à jour ({organismes} organismes de liste).")
