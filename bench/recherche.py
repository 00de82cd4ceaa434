"""Chercher dans le registre entier, à côté de la même requête SQL nue.

python -m bench.recherche FICHIER
"""

import json
import random
import sys
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from bench.bases import chronometrer, fichier_demande, mesurer_sur_les_deux, preparer, resume, tableau

TIRAGES = 300
MANIERES = ("exacte", "sans accent ni ordre", "une faute de frappe", "début des mots", "nom seul")


def mesurer(fichier: Path) -> dict[str, Any]:
    preparer()
    from django.db import connection

    from structures.models import Structure
    from structures.queries import rechercher
    from structures.services import importer_finess

    importer_finess(chemin=fichier, acteur=None)
    if connection.vendor == "postgresql":
        with connection.cursor() as curseur:
            curseur.execute("VACUUM ANALYZE structures_structure")
    hasard = random.Random(2026)
    numeros = sorted(Structure.objects.exclude(numero_finess=None).values_list("numero_finess", flat=True))
    cibles = Structure.objects.filter(numero_finess__in=hasard.sample(numeros, TIRAGES)).order_by("numero_finess")
    cibles = list(cibles)
    # Tour à tour pour chaque établissement : ce qui charge la machine charge les quatre.
    durees: dict[str, list[float]] = {"nue": [], "exactes": [], "fragment": [], "numero": []}
    for cible in cibles:
        texte = ecrire(cible, "exacte", hasard)
        actions = {
            "nue": requete_nue(texte),
            "exactes": partial(rechercher, texte),
            "fragment": partial(fragment, texte),
            "numero": partial(rechercher, cible.numero_finess),
        }
        for nom, action in actions.items():
            durees[nom].append(chronometrer(action)[0])
    toutes: list[float] = []
    resultats: dict[str, Any] = {}
    for maniere in MANIERES:
        justes = 0
        for cible in cibles:
            duree, reponses = chronometrer(partial(rechercher, ecrire(cible, maniere, hasard)))
            toutes.append(duree)
            justes += bool(reponses) and la_meme(reponses[0], cible, maniere)
        resultats[maniere] = justes / len(cibles)
    return resultats | {"toutes": resume(toutes)} | {nom: resume(mesurees) for nom, mesurees in durees.items()}


def fragment(texte: str) -> None:
    """Ce que l'annuaire rend à htmx : vue et gabarit, sans session ni réseau."""
    from django.test import RequestFactory

    from structures.views.annuaire import rechercher as vue

    reponse = vue(RequestFactory().get("/annuaire/", {"q": texte}, headers={"HX-Request": "true"}))
    assert reponse.status_code == HTTPStatus.OK


def ecrire(cible: Any, maniere: str, hasard: random.Random) -> str:
    """Ce que taperait une personne pour cette structure."""
    mots = f"{cible.nom} {cible.commune.split(' Arr')[0]}".split()
    match maniere:
        case "nom seul":
            return str(cible.nom)
        case "sans accent ni ordre":
            hasard.shuffle(mots)
            return " ".join(mots).lower()
        case "début des mots":
            return " ".join([*mots[:-1], mots[-1][: max(3, len(mots[-1]) - 3)]])
        case "une faute de frappe":
            rang = max(range(len(mots)), key=lambda r: len(mots[r]))
            mots[rang] = fausser(mots[rang], hasard)
    return " ".join(mots)


def fausser(mot: str, hasard: random.Random) -> str:
    ou = hasard.randrange(1, max(2, len(mot) - 1))
    return hasard.choice([mot[:ou] + mot[ou + 1 :], mot[:ou] + "e" + mot[ou:], mot[:ou] + "z" + mot[ou + 1 :]])


def la_meme(reponse: Any, cible: Any, maniere: str) -> bool:
    """Même nom, et même ville quand elle était dite : le registre a de vrais homonymes."""
    from structures.mots import decouper

    meme_nom = decouper(reponse.nom) == decouper(cible.nom)
    return meme_nom and (maniere == "nom seul" or reponse.commune == cible.commune)


def requete_nue(texte: str) -> Callable[[], Any]:
    """Les mêmes mots, les vingt premières, sans Django ni classement."""
    from django.db import connection

    from structures.mots import cherches

    mots = cherches(texte)
    if connection.vendor == "postgresql":
        conditions = " AND ".join(["mots LIKE %s"] * len(mots))
        ordre, valeurs = f"SELECT * FROM structures_structure WHERE {conditions} LIMIT 20", [f"% {m}%" for m in mots]
    else:
        ordre = (
            "SELECT * FROM structures_structure WHERE id IN "
            "(SELECT rowid FROM structures_recherche WHERE structures_recherche MATCH %s) LIMIT 20"
        )
        valeurs = [" AND ".join(f'"{m}"*' for m in mots)]

    def executer() -> Any:
        with connection.cursor() as curseur:
            curseur.execute(ordre, valeurs)
            return curseur.fetchall()

    return executer


def montrer(mesures: dict[str, dict[str, Any]]) -> None:
    bases = list(mesures.values())

    def temps(cle: str) -> list[str]:
        return [f"{m[cle][0]:.1f} / {m[cle][1]:.1f} ms" for m in bases]

    def rapport(cle: str) -> list[str]:
        return [f"{m[cle][1] / m['nue'][1]:.1f} ×" for m in bases]

    tableau(
        "Recherche globale (p50 / p95)",
        [
            ("requête SQL nue", temps("nue")),
            ("recherche, mots exacts", temps("exactes")),
            ("p95 rapporté à la requête nue", rapport("exactes")),
            ("fragment de page", temps("fragment")),
            ("p95 rapporté à la requête nue", rapport("fragment")),
            ("recherche, toutes manières", temps("toutes")),
            ("recherche par numéro", temps("numero")),
            *((f"première réponse juste, {m}", [f"{base[m]:.3f}" for base in bases]) for m in MANIERES),
        ],
        list(mesures),
    )


if __name__ == "__main__":
    fichier = fichier_demande("python -m bench.recherche FICHIER")
    if "--ici" in sys.argv:
        print(json.dumps(mesurer(Path(fichier))))
    else:
        montrer(mesurer_sur_les_deux("bench.recherche", fichier))
