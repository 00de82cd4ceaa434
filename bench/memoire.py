"""Importer le registre, puis dix fois plus de lignes : le temps suit, la mémoire non.

python -m bench.memoire FICHIER
"""

import csv
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.bases import fichier_demande, mesurer_ici, postgresql, preparer, sqlite, tableau
from bench.import_finess import lignes, memoire, peser

FOIS = 10


def mesurer(fichier: Path) -> dict[str, Any]:
    preparer()
    from structures.services import importer_finess

    depart = memoire()
    premier, bilan = peser(lambda: importer_finess(chemin=fichier, acteur=None))
    apres_un = memoire()
    second, _ = peser(lambda: importer_finess(chemin=fichier, acteur=None))
    return {
        "lignes": bilan.lignes,
        "premier": f"{premier.calcul:.1f} s",
        "second": f"{second.calcul:.1f} s",
        "memoire": f"{apres_un - depart:.0f} Mo",
        "memoire_au_second": f"{memoire() - depart:.0f} Mo",
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


def montrer(mesures: dict[str, list[dict[str, Any]]]) -> None:
    def puis(cle: str) -> list[str]:
        return [" puis ".join(str(mesure[cle]) for mesure in base) for base in mesures.values()]

    tableau(
        "Une fois, puis dix fois plus de lignes, chacune dans un processus et une base neufs",
        [
            ("lignes", puis("lignes")),
            ("premier import, calcul", puis("premier")),
            ("le même fichier, calcul", puis("second")),
            ("mémoire au-dessus du départ, premier import", puis("memoire")),
            ("après le second", puis("memoire_au_second")),
        ],
        list(mesures),
    )


if __name__ == "__main__":
    fichier = fichier_demande("python -m bench.memoire FICHIER")
    if "--ici" in sys.argv:
        print(json.dumps(mesurer(Path(fichier))))
    else:
        with tempfile.TemporaryDirectory() as dossier:
            gros = multiplier(Path(fichier), Path(dossier) / "gros.csv")
            montrer(
                {
                    nom: [mesurer_ici("bench.memoire", base, str(un)) for un in (fichier, gros)]
                    for nom, base in (("SQLite", sqlite), ("PostgreSQL", postgresql))
                }
            )
