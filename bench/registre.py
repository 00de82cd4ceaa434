"""Le fichier national tient-il nos règles ? Numéros justes, fautes vues, aller et retour par la base.

python -m bench.registre FICHIER
"""

import csv
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.bases import fichier_demande, mesurer_sur_les_deux, preparer, tableau
from bench.import_finess import lignes


def fautes_non_vues(numeros: list[str]) -> tuple[int, int]:
    """Essais d'un chiffre changé en un autre, et combien passeraient pour justes."""
    from structures.finess.numeros import cle_juste

    essais = acceptees = 0
    for numero in numeros:
        for rang, chiffre in enumerate(numero):
            if chiffre.isdigit():
                autres = [numero[:rang] + autre + numero[rang + 1 :] for autre in "0123456789" if autre != chiffre]
                essais += len(autres)
                acceptees += sum(map(cle_juste, autres))
    return essais, acceptees


def mesurer(fichier: Path) -> dict[str, Any]:
    preparer()
    from django.core.management import call_command

    from structures.finess import classique
    from structures.finess.export import GARDEES
    from structures.finess.numeros import cle_juste, est_bien_forme
    from structures.services import importer_finess

    source = {ligne[1]: ligne for ligne in lignes(fichier) if ligne[0] == "structureet"}
    numeros = sorted(source)
    entites = sorted({ligne[classique.ENTITE] for ligne in source.values()})
    essais, acceptees = fautes_non_vues(numeros)
    importer_finess(chemin=fichier, acteur=None)
    with tempfile.TemporaryDirectory() as dossier:
        sortie = Path(dossier) / "export.csv"
        call_command("exporter_finess", str(sortie), verbosity=0)
        with sortie.open(encoding="utf-8", newline="") as texte:
            exporte = {ligne[1]: ligne for ligne in csv.reader(texte, delimiter=";") if ligne[0] == "structureet"}
        retour = importer_finess(chemin=sortie, acteur=None)
    ecarts = [0] * len(GARDEES)
    for numero, ligne in source.items():
        for rang, colonne in enumerate(GARDEES):
            ecarts[rang] += exporte[numero][colonne] != attendue(ligne, colonne, classique.OUVERTURE)
    return {
        "numeros": len(numeros),
        "justes": sum(est_bien_forme(n) and cle_juste(n) for n in numeros),
        "entites": len(entites),
        "entites_justes": sum(est_bien_forme(n) and cle_juste(n) for n in entites),
        "essais": essais,
        "acceptees": acceptees,
        "exportes": len(exporte),
        "ecarts": sum(ecarts),
        "retour": retour.creees + retour.modifiees + retour.absentes,
    }


def attendue(ligne: list[str], colonne: int, ouverture: int) -> str:
    """Les espaces doubles et les dates d'ouverture factices (jusqu'au 1er janvier 1901) ne sont pas gardés."""
    valeur = " ".join(ligne[colonne].split())
    return "" if colonne == ouverture and valeur <= "1901-01-01" else valeur


def montrer(mesures: dict[str, dict[str, Any]]) -> None:
    bases = list(mesures.values())
    tableau(
        "Le registre et nos règles",
        [
            ("numéros d'établissements justes", [f"{b['justes']} / {b['numeros']}" for b in bases]),
            ("numéros d'entités justes", [f"{b['entites_justes']} / {b['entites']}" for b in bases]),
            ("un chiffre changé, accepté à tort", [f"{b['acceptees']} / {b['essais']}" for b in bases]),
            ("établissements exportés", [b["exportes"] for b in bases]),
            ("écarts avec la source, colonnes gardées", [b["ecarts"] for b in bases]),
            ("changés par l'export réimporté", [b["retour"] for b in bases]),
        ],
        list(mesures),
    )


if __name__ == "__main__":
    fichier = fichier_demande("python -m bench.registre FICHIER")
    if "--ici" in sys.argv:
        print(json.dumps(mesurer(Path(fichier))))
    else:
        montrer(mesurer_sur_les_deux("bench.registre", fichier))
