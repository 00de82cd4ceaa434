"""Importer le registre entier, trois fois, à côté d'un simple COPY et d'une simple lecture.

python -m bench.import_finess FICHIER
"""

import csv
import gzip
import json
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from bench.bases import fichier_demande, mesurer_sur_les_deux, preparer, tableau

# Une ligne sur cinquante change de téléphone : deux pour cent.
UNE_SUR = 50
COLONNES = 32


def mesurer(fichier: Path) -> dict[str, Any]:
    preparer()
    from structures.services import importer_finess

    def importe(chemin: Path) -> Any:
        return importer_finess(chemin=chemin, acteur=None)

    resultats: dict[str, Any] = {
        "lecture": chronometrer(lambda: lire(fichier))[0],
        "copie": mediane(copier, fichier, " WITH (FORMAT csv, DELIMITER ';')"),
        "copie_lue": mediane(lire_et_copier, fichier),
    }
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


def copier(copie: Any, fichier: Path) -> None:
    """Le fichier tel quel, par blocs, dans une table sans index : la limite du disque et de PostgreSQL."""
    with ouvrir(fichier) as texte:
        texte.readline()
        while bloc := texte.read(1 << 18):
            copie.write(bloc)


def lire_et_copier(copie: Any, fichier: Path) -> None:
    """Les mêmes lignes, lues une à une par le module csv : la limite de qui doit les voir passer."""
    for ligne in lignes(fichier):
        if len(ligne) == COLONNES:
            copie.write_row(ligne)


def mediane(copier: Callable[[Any, Path], None], fichier: Path, options: str = "") -> float | None:
    """Durée, sur trois, de ce COPY dans une table neuve."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None
    durees = []
    for _ in range(3):
        with connection.cursor() as curseur:
            curseur.execute(f"CREATE TABLE copie ({', '.join(f'c{rang} text' for rang in range(COLONNES))})")
            debut = time.perf_counter()
            with curseur.copy(f"COPY copie FROM STDIN{options}") as copie:
                copier(copie, fichier)
            durees.append(time.perf_counter() - debut)
            curseur.execute("DROP TABLE copie")
    return statistics.median(durees)


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
    copie, lue = mesures["PostgreSQL"]["copie"], mesures["PostgreSQL"]["copie_lue"]

    def duree(cle: str) -> list[str]:
        return [f"{m[cle]:.2f} s · {m[cle] / lue:.1f} × · {m[cle] / copie:.1f} ×" for m in bases]

    tableau(
        f"Import de {bases[0]['lignes']} établissements, rapporté aux lignes lues et copiées ({lue:.2f} s), "
        f"puis au COPY du fichier tel quel ({copie:.2f} s)",
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
