from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from depot.classeur.exemples import CAMSP, CMPP, composer, remplir


class Command(BaseCommand):
    help = "Écrit les modèles travaillés des CAMSP et des CMPP, vides ou remplis, pour commencer une campagne."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("dossier", type=Path)
        parser.add_argument("--annee", type=int, default=timezone.localdate().year)
        parser.add_argument("--remplis", action="store_true", help="avec des réponses plausibles")

    def handle(self, *args: Any, **options: Any) -> None:
        dossier: Path = options["dossier"]
        dossier.mkdir(parents=True, exist_ok=True)
        for nom, themes in (("camsp", CAMSP), ("cmpp", CMPP)):
            reponses = remplir(themes, f"{nom.upper()} d'exemple") if options["remplis"] else {}
            chemin = dossier / f"{'rapport' if options['remplis'] else 'modele'}-{nom}-{options['annee']}.xlsx"
            chemin.write_bytes(composer(themes, options["annee"], reponses))
            self.stdout.write(str(chemin))
