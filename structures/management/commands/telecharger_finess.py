import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from structures.finess.catalogue import TelechargementImpossible, derniere, telecharger


class Command(BaseCommand):
    help = "Télécharge le fichier FINESS du jour depuis le catalogue des données ouvertes, et le vérifie."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dossier", type=Path, default=settings.FINESS_DOSSIER, help="où le poser")
        parser.add_argument("--importer", action="store_true", help="l'importer aussitôt")
        parser.add_argument("--forcer", action="store_true", help="l'importer malgré un recul suspect du registre")

    def handle(self, *args: Any, dossier: Path, importer: bool, forcer: bool, **options: Any) -> None:
        try:
            ressource = derniere(settings.FINESS_CATALOGUE_URL, delai=settings.FINESS_DELAI)
            chemin = telecharger(
                ressource,
                dossier,
                delai=settings.FINESS_DELAI,
                progres=self._afficher if sys.stderr.isatty() else None,
            )
        except TelechargementImpossible as refus:
            raise CommandError(str(refus)) from refus
        self.stdout.write(f"{chemin} : {ressource.taille} octets, SHA-1 {ressource.sha1} vérifiés.")
        if importer:
            call_command("importer_finess", str(chemin), forcer=forcer, stdout=self.stdout, stderr=self.stderr)

    def _afficher(self, recus: int, taille: int) -> None:
        fin = "\n" if recus >= taille else ""
        self.stderr.write(f"\r{recus / 1e6:.1f} / {taille / 1e6:.1f} Mo", style_func=str, ending=fin)
