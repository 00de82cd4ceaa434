"""Deux cents recherches comme les gens les écrivent, la moitié fautives, avec l'établissement attendu.

python -m bench.cas_de_recherche FICHIER [--fautes]
"""

import csv
import json
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

from bench.bases import fichier_demande, mesurer_sur_les_deux, preparer, tableau

CAS = Path(__file__).with_suffix(".csv")
PREMIERES = 5


def cas() -> list[dict[str, str]]:
    """Chaque cas : `genre`, `saisie`, `attendu` (n° FINESS), `categories` que le profil accepte, `fautif` (0 ou 1)."""
    with CAS.open(encoding="utf-8", newline="") as fichier:
        return list(csv.DictReader(fichier, delimiter=";"))


def jouer() -> list[tuple[dict[str, str], int | None]]:
    """Chaque cas, et le rang (0 : la première) de la réponse attendue parmi cinq, ou rien."""
    from structures.queries import rechercher

    joues = []
    for un in cas():
        categories = un["categories"].split(",") if un["categories"] else None
        numeros = [s.numero_finess for s in rechercher(un["saisie"], categories=categories, limite=PREMIERES)]
        joues.append((un, numeros.index(un["attendu"]) if un["attendu"] in numeros else None))
    return joues


def mesurer(fichier: Path) -> dict[str, Any]:
    preparer()
    from structures.services import importer_finess

    importer_finess(chemin=fichier, acteur=None)
    genres: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    joues = jouer()
    for un, rang in joues:
        for genre in (un["genre"], "tous", "tous, fautifs" if un["fautif"] == "1" else "tous, justes"):
            compte = genres[genre]
            compte[0] += 1
            compte[1] += rang == 0
            compte[2] += rang is not None
    manques = [f"{un['saisie']} ({un['attendu']}) : {rang}" for un, rang in joues if rang != 0]
    return {"genres": genres, "manques": manques, "rangs": [rang for _, rang in joues]}


def montrer(mesures: dict[str, dict[str, Any]]) -> None:
    bases = list(mesures.values())
    tableau(
        "Recherches comme on les écrit : la bonne réponse en premier, parmi les cinq premières, nombre de cas",
        [
            (
                genre,
                [
                    f"{premier / n:.0%} · {cinq / n:.0%} · {n}"
                    for n, premier, cinq in (b["genres"][genre] for b in bases)
                ],
            )
            for genre in sorted(bases[0]["genres"], key=lambda genre: (genre.startswith("tous"), genre))
        ],
        list(mesures),
    )
    print(f"\nMême rang sur les deux bases : {bases[0]['rangs'] == bases[1]['rangs']}")
    if "--fautes" in sys.argv:
        for nom, mesure in mesures.items():
            print(f"\n{nom}, pas en premier :", *mesure["manques"], sep="\n  ")


if __name__ == "__main__":
    fichier = fichier_demande("python -m bench.cas_de_recherche FICHIER [--fautes]")
    if "--ici" in sys.argv:
        print(json.dumps(mesurer(Path(fichier))))
    else:
        montrer(mesurer_sur_les_deux("bench.cas_de_recherche", fichier))
