"""`python -m depot.juge DOSSIER` : mesure le juge sur un corpus aux verdicts connus.

Le manifeste a les colonnes path, slot, verdict (accept, flag, refuse) et reason. Avec `--antivirus unix:///chemin` ou
`tcp://hôte:port`, ce que le juge accepte passe ensuite à clamd, comme dans le portail. Rend 1 au moindre désaccord.
"""

import argparse
import csv
import socket
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

from depot.antivirus import Antivirus
from depot.antivirus import Issue as Analyse
from depot.juge import enclos
from depot.juge.verdicts import Issue, Motif, Nature, Verdict

TAILLE_MAX = 50_000_000
DELAI = 60
VIRUS = "virus"
# Ce que le juge a le droit de répondre à chaque raison d'un manifeste ; les autres raisons portent le nom d'un motif.
MOTIFS: dict[str, set[str]] = {
    # Un fichier honnête peut l'être avec une réserve : un lien vers un autre classeur, par exemple.
    "accept": {Issue.ACCEPTE, "avis"},
    "flag": {"avis"},
    "bomb": {Motif.STRUCTURE},
    "corrupt": {Motif.ENDOMMAGE},
    "dtd": {Motif.STRUCTURE},
    "embedded_archive": {Motif.STRUCTURE},
    "embedded_exe": {Motif.STRUCTURE},
    "empty": {Motif.VIDE},
    "encrypted": {Motif.CHIFFRE},
    "macro": {Motif.MACROS},
    "macro_format": {Motif.MACROS},
    "mismatch": {Motif.CASE},
    "pdf_attachment": {Motif.PIECES_JOINTES},
    "pdf_autoaction": {Motif.SCRIPT_PDF},
    "pdf_js": {Motif.SCRIPT_PDF},
    "pdf_launch": {Motif.SCRIPT_PDF},
    "polyglot": {Motif.STRUCTURE, Motif.TYPE},
    "remote_template": {Motif.MODELE_DISTANT},
    # Un fichier infecté peut être refusé avant d'être analysé, pour ce qu'il est.
    VIRUS: {VIRUS, Motif.TYPE, Motif.PIECES_JOINTES},
    "zip_anomaly": {Motif.STRUCTURE},
}


def main(arguments: list[str]) -> int:
    if arguments == ["--gardien"]:
        # Importé ici : lui seul charge les bibliothèques qui lisent les fichiers.
        from depot.juge import gardien

        gardien.veiller(socket.socket(fileno=0))
        return 0
    analyseur = argparse.ArgumentParser(prog="python -m depot.juge", description=__doc__)
    analyseur.add_argument("dossier", type=Path)
    analyseur.add_argument("--manifeste", default="manifest.csv", help="nom du manifeste dans le dossier")
    analyseur.add_argument("--antivirus", help="adresse d'un clamd")
    choix = analyseur.parse_args(arguments)
    manifeste = choix.dossier / choix.manifeste
    if not manifeste.is_file():
        analyseur.error(f"le manifeste {manifeste} n'existe pas ; nommez-le avec --manifeste.")
    return _corpus(choix.dossier, manifeste, choix.antivirus)


def _corpus(dossier: Path, manifeste: Path, clamd: str | None) -> int:
    """Écrit la table attendu × rendu, les temps, puis chaque désaccord sur l'issue ou sur sa raison."""
    table: Counter[tuple[str, str]] = Counter()
    desaccords, durees = [], []
    antivirus = Antivirus(clamd, DELAI) if clamd else None
    with manifeste.open(newline="") as lignes:
        for ligne in csv.DictReader(lignes):
            chemin, attendu = dossier / ligne["path"], ligne["reason"] or ligne["verdict"]
            depart = time.perf_counter()
            verdict = enclos.juger(chemin, Nature(ligne["slot"] or Nature.QUALITATIF), chemin.name, TAILLE_MAX)
            durees.append(1_000 * (time.perf_counter() - depart))
            rendu = _nommer(chemin, verdict, antivirus)
            if ligne["verdict"] != "refuse":
                attendu = ligne["verdict"]
            table[attendu, rendu] += 1
            if rendu not in MOTIFS.get(attendu, {attendu}):
                desaccords.append(f"{ligne['path']} : attendu {attendu}, rendu {rendu}")
    lignes_de_table = [f"{attendu:18} {rendu:18} {nombre:5}" for (attendu, rendu), nombre in sorted(table.items())]
    quantiles = statistics.quantiles(durees, n=100) if len(durees) > 1 else durees * 99
    bilan = f"{table.total()} fichiers, {len(desaccords)} désaccords"
    temps = f"jugement : médiane {quantiles[49]:.1f} ms, 99 % sous {quantiles[98]:.0f} ms"
    sys.stdout.write("\n".join([*lignes_de_table, "", bilan, temps, *desaccords, ""]))
    return 1 if desaccords else 0


def _nommer(chemin: Path, verdict: Verdict, antivirus: Antivirus | None) -> str:
    if verdict.issue is not Issue.ACCEPTE:
        return str(verdict.motif or verdict.issue)
    if antivirus:
        constat = antivirus.analyser_document(chemin)
        if constat.issue is not Analyse.SAIN:
            return VIRUS if constat.issue is Analyse.INFECTE else str(constat.issue)
    return "avis" if verdict.avis else str(verdict.issue)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
