"""Bases jetables des mesures, et leur tableau."""

import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

POSTGRESQL = os.environ.get("BENCH_DATABASE_URL", "postgres://root@127.0.0.1/bench_portail")


@contextmanager
def postgresql() -> Iterator[str]:
    """Crée la base de BENCH_DATABASE_URL, la rend, la supprime."""
    adresse = urlsplit(POSTGRESQL)
    nom = adresse.path.lstrip("/")
    serveur = adresse._replace(scheme="postgresql", path="/postgres").geturl()
    with psycopg.connect(serveur, autocommit=True) as connexion:
        connexion.execute(f'DROP DATABASE IF EXISTS "{nom}" WITH (FORCE)')
        connexion.execute(f'CREATE DATABASE "{nom}"')
        try:
            yield POSTGRESQL
        finally:
            connexion.execute(f'DROP DATABASE IF EXISTS "{nom}" WITH (FORCE)')


@contextmanager
def sqlite() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as dossier:
        yield f"sqlite:///{Path(dossier) / 'bench.sqlite3'}"


def mesurer_sur_les_deux(module: str, fichier: str) -> dict[str, dict[str, Any]]:
    return {nom: mesurer_ici(module, base, fichier) for nom, base in (("SQLite", sqlite), ("PostgreSQL", postgresql))}


def mesurer_ici(module: str, base: Callable[[], AbstractContextManager[str]], argument: str) -> dict[str, Any]:
    """Rejoue `module` dans un processus neuf, sur une base à lui ; il y imprime ses mesures en JSON."""
    with base() as adresse:
        environnement = os.environ | {
            "DEMO": "1",
            "DATABASE_URL": adresse,
            "DJANGO_SETTINGS_MODULE": "portail.settings",
        }
        commande = [sys.executable, "-m", module, argument, "--ici"]
        sortie = subprocess.run(commande, env=environnement, check=True, stdout=subprocess.PIPE)
        mesures: dict[str, Any] = json.loads(sortie.stdout.splitlines()[-1])
        return mesures


def chronometrer(action: Callable[[], Any]) -> tuple[float, Any]:
    """Durée de l'action en millisecondes, et ce qu'elle rend."""
    debut = time.perf_counter()
    resultat = action()
    return (time.perf_counter() - debut) * 1000, resultat


def calcul(serveur: int) -> float:
    """Millisecondes de calcul de ce processus et du processus `serveur` de PostgreSQL, sur la même machine.

    Au contraire du temps passé, il ne dit rien des autres travaux de la machine.
    """
    return time.process_time() * 1000 + int(Path(f"/proc/{serveur}/schedstat").read_text().split()[0]) / 1e6


def resume(durees: list[float]) -> tuple[float, float]:
    """p50 et p95."""
    return statistics.median(durees), statistics.quantiles(durees, n=20)[-1]


def preparer() -> None:
    """Une base neuve, aux données de référence, et les fichiers que les pages désignent."""
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0, skip_checks=True)
    call_command("charger_references", stdout=io.StringIO(), skip_checks=True)
    call_command("collectstatic", interactive=False, verbosity=0, skip_checks=True)


def tableau(titre: str, lignes: Sequence[tuple[str, Sequence[Any]]], colonnes: Sequence[str]) -> None:
    print(f"\n{titre}\n")
    print(f"| {' | '.join(['', *colonnes])} |")
    print(f"|{' --- |' * (len(colonnes) + 1)}")
    for nom, valeurs in lignes:
        print(f"| {nom} | {' | '.join(str(valeur) for valeur in valeurs)} |")


def fichier_demande(usage: str) -> str:
    if len(sys.argv) < 2:
        sys.exit(f"Usage : {usage}")
    return sys.argv[1]
