from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from structures.services import NomenclatureRefusee, importer_nomenclature


class Command(BaseCommand):
    help = "Met à jour les catégories d'établissement d'après la nomenclature publiée par FINESS (CSV, point-virgule)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", type=Path)

    def handle(self, *args: Any, fichier: Path, **options: Any) -> None:
        if not fichier.is_file():
            raise CommandError(f"Le fichier {fichier} n'existe pas.")
        try:
            nombre = importer_nomenclature(chemin=fichier, acteur=None)
        except NomenclatureRefusee as refus:
            raise CommandError(str(refus)) from refus
        self.stdout.write(f"{nombre} catégories à jour.")
