import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from structures.comptes_rendus import compte_rendu
from structures.finess.lecture import FichierRefuse
from structures.services import ImportEnCours, importer_finess


class Command(BaseCommand):
    help = (
        "Importe le registre FINESS : format classique (.csv, .csv.gz) ou FINESS+ (.json, .json.gz), selon son contenu."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("fichier", help="chemin du fichier, ou - pour l'entrée standard")
        parser.add_argument("--forcer", action="store_true", help="importer malgré un recul suspect du registre")

    def handle(self, *args: Any, fichier: str, forcer: bool, **options: Any) -> None:
        with tempfile.TemporaryDirectory() as dossier:
            chemin = _recopier_l_entree(Path(dossier)) if fichier == "-" else Path(fichier)
            if not chemin.is_file():
                raise CommandError(f"Le fichier {fichier} n'existe pas.")
            try:
                importation = importer_finess(
                    chemin=chemin,
                    acteur=None,
                    nom="entrée standard" if fichier == "-" else "",
                    forcer=forcer,
                    progres=self._afficher if sys.stderr.isatty() else None,
                )
            except (FichierRefuse, ImportEnCours) as refus:
                raise CommandError(str(refus)) from refus
        self.stdout.write("\n".join(compte_rendu(importation)))

    def _afficher(self, lues: int, total: int) -> None:
        fait = 30 * lues // max(total, 1)
        fin = "\n" if lues >= total else ""
        self.stderr.write(f"\r{'█' * fait:░<30} {lues} / {total} lignes", style_func=str, ending=fin)


def _recopier_l_entree(dossier: Path) -> Path:
    chemin = dossier / "entree"
    with chemin.open("wb") as copie:
        shutil.copyfileobj(sys.stdin.buffer, copie)
    return chemin
