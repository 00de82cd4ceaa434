import csv
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from structures.finess.export import lignes
from structures.models import Structure


class Command(BaseCommand):
    help = "Écrit les établissements ouverts du registre au format classique (UTF-8, point-virgule)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", help="chemin du fichier, ou - pour la sortie standard")

    def handle(self, *args: Any, fichier: str, **options: Any) -> None:
        ouverts = Structure.objects.ouvertes().exclude(numero_finess=None).order_by("numero_finess")
        contenu = lignes(ouverts, timezone.localdate())
        if fichier == "-":
            csv.writer(sys.stdout, delimiter=";", lineterminator="\n").writerows(contenu)
            return
        with Path(fichier).open("w", encoding="utf-8", newline="") as sortie:
            csv.writer(sortie, delimiter=";", lineterminator="\n").writerows(contenu)
        self.stdout.write(f"{ouverts.count()} établissements écrits dans {fichier}.")
