"""Importer le registre entier, trois fois, à côté d'un simple COPY et d'une simple lecture.

python -m bench.import_finess FICHIER
"""

import csv
import gzip
import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from bench.bases import fichier_demande, mesurer_sur_les_deux, preparer, tableau

# Une ligne sur cinquante change de téléphone : deux pour cent.
UNE_SUR = 50


def mesurer(fichier: Path) -> dict[str, Any]:
    preparer()
    from structures.services import importer_finess

    def importe(chemin: Path) -> Any:
        return importer_finess(chemin=chemin, acteur=None)

    resultats: dict[str, Any] = {"lecture": chronometrer(lambda: lire(fichier))[0], "copie": copier(fichier)}
    depart = memoire()
    resultats["premier"], bilan = chronometrer(lambda: importe(fichier))
    resultats |= {"lignes": bilan.lignes, "creees": bilan.creees, "memoire": memoire() - depart}
    resultats["second"], bilan = chronometrer(lambda: importe(fichier))
    resultats["changees"] = bilan.creees + bilan.modifiees
    with tempfile.TemporaryDirectory() as dossier:
        retouche = retoucher(fichier, Path(dossier) / "retouche.csv")
        resultats["retouche"], bilan = chronometrer(lambda: importe(retouche))
    resultats["modifiees"] = bilan.modifiees
    return resultats


def chronometrer(action: Callable[[], Any]) -> tuple[float, Any]:
    debut = time.perf_counter()
    resultat = action()
    return time.perf_counter() - debut, resultat


def memoire() -> float:
    """Plus haut niveau de mémoire du processus, en Mo."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def ouvrir(fichier: Path) -> IO[Any]:
    if fichier.suffix == ".gz":
        return gzip.open(fichier, "rt", encoding="utf-8", newline="")
    return fichier.open(encoding="utf-8", newline="")


def lignes(fichier: Path) -> Iterator[list[str]]:
    with ouvrir(fichier) as texte:
        yield from csv.reader(texte, delimiter=";")


def lire(fichier: Path) -> int:
    return sum(1 for _ in lignes(fichier))


def copier(fichier: Path) -> float | None:
    """Le COPY du fichier brut dans une table sans index : la limite."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    colonnes = ", ".join(f"c{rang} text" for rang in range(32))
    with connection.cursor() as curseur, ouvrir(fichier) as texte:
        curseur.execute(f"CREATE TABLE copie ({colonnes})")
        texte.readline()
        debut = time.perf_counter()
        with curseur.copy("COPY copie FROM STDIN WITH (FORMAT csv, DELIMITER ';')") as copie:
            while bloc := texte.read(1 << 18):
                copie.write(bloc)
        duree = time.perf_counter() - debut
        curseur.execute("DROP TABLE copie")
    return duree


def retoucher(fichier: Path, sortie: Path) -> Path:
    with sortie.open("w", encoding="utf-8", newline="") as texte:
        ecrivain = csv.writer(texte, delimiter=";", lineterminator="\n")
        for rang, ligne in enumerate(lignes(fichier)):
            if rang and rang % UNE_SUR == 0:
                ligne[16] = "0600000000"
            ecrivain.writerow(ligne)
    return sortie


def montrer(mesures: dict[str, dict[str, Any]]) -> None:
    bases = list(mesures.values())
    copie = mesures["PostgreSQL"]["copie"]

    def duree(cle: str) -> list[str]:
        return [f"{m[cle]:.2f} s · {m['lignes'] / m[cle]:,.0f} lignes/s · {m[cle] / copie:.1f} × COPY" for m in bases]

    tableau(
        f"Import de {bases[0]['lignes']} établissements (COPY nu sur PostgreSQL : {copie:.2f} s)",
        [
            ("lecture seule (csv)", duree("lecture")),
            ("premier import", duree("premier")),
            ("le même fichier", duree("second")),
            ("2 % de lignes changées", duree("retouche")),
            ("lignes changées par le même fichier", [m["changees"] for m in bases]),
            ("lignes changées par 2 %", [m["modifiees"] for m in bases]),
            ("mémoire au-dessus du départ", [f"{m['memoire']:.0f} Mo" for m in bases]),
        ],
        list(mesures),
    )


if __name__ == "__main__":
    fichier = fichier_demande("python -m bench.import_finess FICHIER")
    if "--ici" in sys.argv:
        print(json.dumps(mesurer(Path(fichier))))
    else:
        montrer(mesurer_sur_les_deux("bench.import_finess", fichier))
