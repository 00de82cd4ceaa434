"""Importer le registre, puis dix fois plus de lignes : le temps suit, la mémoire non.

python -m bench.memoire FICHIER
"""

import csv
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.bases import fichier_demande, mesurer_sur_les_deux, preparer, tableau
from bench.import_finess import chronometrer, lignes, memoire

FOIS = 10


def mesurer(fichier: Path) -> dict[str, Any]:
    preparer()
    from structures.services import importer_finess

    depart = memoire()
    une, bilan = chronometrer(lambda: importer_finess(chemin=fichier, acteur=None))
    apres_une = memoire()
    with tempfile.TemporaryDirectory() as dossier:
        gros = multiplier(fichier, Path(dossier) / "gros.csv")
        dix, gros_bilan = chronometrer(lambda: importer_finess(chemin=gros, acteur=None, forcer=True))
    return {
        "lignes": [bilan.lignes, gros_bilan.lignes],
        "durees": [une, dix],
        "memoires": [apres_une - depart, memoire() - depart],
    }


def multiplier(fichier: Path, sortie: Path) -> Path:
    """Les mêmes établissements, dix fois, sous des numéros différents."""
    with sortie.open("w", encoding="utf-8", newline="") as texte:
        ecrivain = csv.writer(texte, delimiter=";", lineterminator="\n")
        ecrivain.writerow(["finess", "etalab", "0", "2021-01-09"])
        numero = 0
        for _ in range(FOIS):
            for ligne in lignes(fichier):
                if ligne[0] == "structureet":
                    numero += 1
                    ligne[1] = f"{numero:09d}"
                    ecrivain.writerow(ligne)
    return sortie


def montrer(mesures: dict[str, dict[str, Any]]) -> None:
    bases = list(mesures.values())
    tableau(
        "Une fois, puis dix fois plus de lignes",
        [
            ("lignes", [" puis ".join(map(str, b["lignes"])) for b in bases]),
            ("durée", [" puis ".join(f"{d:.1f} s" for d in b["durees"]) for b in bases]),
            ("mémoire au-dessus du départ", [" puis ".join(f"{m:.0f} Mo" for m in b["memoires"]) for b in bases]),
        ],
        list(mesures),
    )


if __name__ == "__main__":
    fichier = fichier_demande("python -m bench.memoire FICHIER")
    if "--ici" in sys.argv:
        print(json.dumps(mesurer(Path(fichier))))
    else:
        montrer(mesurer_sur_les_deux("bench.memoire", fichier))
