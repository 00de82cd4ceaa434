"""Importer le registre entier, trois fois, à côté d'un simple COPY et d'une simple lecture.

python -m bench.import_finess FICHIER
"""

import csv
import gzip
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, NamedTuple

from bench.bases import fichier_demande, mesurer_sur_les_deux, preparer, tableau

# Une ligne sur cinquante change de téléphone : deux pour cent.
UNE_SUR = 50
COLONNES = 32


class Duree(NamedTuple):
    """En secondes : le temps passé, et le calcul du processus et de la session PostgreSQL qui le sert."""

    passe: float
    calcul: float


def mesurer(fichier: Path) -> dict[str, Any]:
    preparer()
    from structures.services import importer_finess

    def importe(chemin: Path) -> Any:
        return importer_finess(chemin=chemin, acteur=None)

    resultats: dict[str, Any] = {
        "lecture": peser(lambda: lire(fichier))[0],
        "copie": mediane(copier, fichier, " WITH (FORMAT csv, DELIMITER ';')"),
        "copie_lue": mediane(lire_et_copier, fichier),
    }
    depart = memoire()
    resultats["premier"], bilan = peser(lambda: importe(fichier))
    resultats |= {"lignes": bilan.lignes, "creees": bilan.creees, "memoire": memoire() - depart}
    resultats["second"], bilan = peser(lambda: importe(fichier))
    resultats["changees"] = bilan.creees + bilan.modifiees
    with tempfile.TemporaryDirectory() as dossier:
        retouche = retoucher(fichier, Path(dossier) / "retouche.csv")
        resultats["retouche"], bilan = peser(lambda: importe(retouche))
    resultats["modifiees"] = bilan.modifiees
    return resultats


def peser(action: Callable[[], Any]) -> tuple[Duree, Any]:
    depart, passe = calcul(), time.perf_counter()
    resultat = action()
    return Duree(time.perf_counter() - passe, calcul() - depart), resultat


def calcul() -> float:
    """Secondes de calcul d'ici et, si PostgreSQL est sur cette machine, de la session qui nous sert."""
    from django.db import connection

    ici = time.process_time()
    if connection.vendor != "postgresql":
        return ici
    connection.ensure_connection()
    session = Path(f"/proc/{connection.connection.info.backend_pid}/stat")
    if not session.exists():
        return ici
    tops = session.read_text().rpartition(")")[2].split()[11:13]
    return ici + sum(map(int, tops)) / os.sysconf("SC_CLK_TCK")


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


def mediane(copier: Callable[[Any, Path], None], fichier: Path, options: str = "") -> Duree | None:
    """De trois, ce COPY dans une table neuve."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return None

    def copie() -> None:
        with curseur.copy(f"COPY copie FROM STDIN{options}") as copie:
            copier(copie, fichier)

    durees = []
    with connection.cursor() as curseur:
        for _ in range(3):
            curseur.execute(f"CREATE TABLE copie ({', '.join(f'c{rang} text' for rang in range(COLONNES))})")
            durees.append(peser(copie)[0])
            curseur.execute("DROP TABLE copie")
    return Duree(*(statistics.median(valeurs) for valeurs in zip(*durees, strict=True)))


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
    copie, lue = Duree(*mesures["PostgreSQL"]["copie"]), Duree(*mesures["PostgreSQL"]["copie_lue"])

    def duree(cle: str) -> list[str]:
        durees = [Duree(*m[cle]) for m in bases]
        return [
            f"{d.calcul:.2f} s ({d.passe:.2f} s) · {d.calcul / lue.calcul:.1f} × · {d.calcul / copie.calcul:.1f} ×"
            for d in durees
        ]

    tableau(
        f"Import de {bases[0]['lignes']} établissements : calcul (temps passé) · rapporté aux lignes lues et copiées "
        f"({lue.calcul:.2f} s, {lue.passe:.2f} s) · puis au COPY du fichier tel quel "
        f"({copie.calcul:.2f} s, {copie.passe:.2f} s)",
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
