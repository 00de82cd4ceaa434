"""`python -m depot.juge DOSSIER --manifeste manifest.csv` : mesure le juge sur un corpus aux verdicts connus.

Le manifeste a les colonnes path, slot, ext, verdict (accept, flag, refuse) et reason. `--un` juge un seul fichier et
rend le verdict en JSON : c'est ainsi que le portail appelle le juge.
"""

import argparse
import csv
import json
import sys
from collections import Counter
from pathlib import Path

from depot.juge import enclos
from depot.juge.verdicts import Issue, Nature


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["--un"]:
        return _un(*arguments[1:])
    analyseur = argparse.ArgumentParser(prog="python -m depot.juge", description=__doc__)
    analyseur.add_argument("dossier", type=Path)
    analyseur.add_argument("--manifeste", default="manifest.csv", help="nom du manifeste dans le dossier")
    choix = analyseur.parse_args(arguments)
    return _corpus(choix.dossier, choix.dossier / choix.manifeste)


def _un(chemin: str, nature: str, nom: str, taille_max: str) -> int:
    enclos.se_limiter()
    # Importé sous la limite : les bibliothèques elles-mêmes y sont tenues.
    from depot.juge import chaine

    verdict = chaine.juger(Path(chemin), Nature(nature), nom, int(taille_max))
    json.dump(verdict.en_donnees(), sys.stdout)
    return 0


def _corpus(dossier: Path, manifeste: Path) -> int:
    """Écrit la table attendu × rendu, puis chaque désaccord ; rend le nombre de désaccords sur l'issue."""
    table: Counter[tuple[str, str]] = Counter()
    desaccords = []
    with manifeste.open(newline="") as lignes:
        for ligne in csv.DictReader(lignes):
            nature = Nature(ligne["slot"] or Nature.QUALITATIF)
            verdict = enclos.juger(dossier / ligne["path"], nature, Path(ligne["path"]).name, 50_000_000)
            attendu = ligne["reason"] if ligne["verdict"] == "refuse" else ligne["verdict"]
            rendu = str(verdict.motif or verdict.issue)
            table[attendu, rendu] += 1
            if (ligne["verdict"] == "refuse") != (verdict.issue is Issue.REFUSE):
                desaccords.append(f"{ligne['path']} : attendu {attendu}, rendu {rendu}")
    lignes_de_table = [f"{attendu:18} {rendu:18} {nombre:5}" for (attendu, rendu), nombre in sorted(table.items())]
    bilan = f"{table.total()} fichiers, {len(desaccords)} désaccords"
    sys.stdout.write("\n".join([*lignes_de_table, "", bilan, *desaccords, ""]))
    return 1 if desaccords else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
