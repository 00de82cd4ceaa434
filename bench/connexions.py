"""Connexions par seconde et par cœur, à côté d'argon2 nu aux mêmes réglages, avec et sans les limites.

python -m bench.connexions [CONNEXIONS PAR TOUR]

Un processus, un fil, sans réseau : la vue entière (limites, hachage, session, journal) par le client de Django.
"""

import os
import statistics
import subprocess
import sys
import time
from unittest.mock import patch

from bench.bases import postgresql, preparer, sqlite, tableau

TOURS = 5
MOT_DE_PASSE = "Tulipes-Bleues-27"
REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")
CONFIGURATIONS = {
    "SQLite": (sqlite, ""),
    "PostgreSQL": (postgresql, ""),
    "PostgreSQL et Redis": (postgresql, f"{REDIS}/11?KEY_PREFIX=connexions-{os.getpid()}"),
}


def mesurer(combien: int) -> list[float]:
    """Par seconde : argon2 nu, connexions avec les limites, connexions sans."""
    preparer()
    from argon2 import PasswordHasher
    from django.contrib.auth.hashers import make_password
    from django.test import Client

    from accounts.enums import EtatCompte
    from accounts.hashers import Argon2
    from accounts.models import Utilisateur

    Utilisateur.objects.create(
        identifiant="cmoreau",
        courriel="c.moreau@structure.example",
        etat=EtatCompte.ACTIF,
        password=make_password(MOT_DE_PASSE),
    )
    nu = PasswordHasher(Argon2.time_cost, Argon2.memory_cost, Argon2.parallelism)
    empreinte = nu.hash(MOT_DE_PASSE)

    def se_connecter() -> None:
        reponse = Client(SERVER_NAME="127.0.0.1").post("/connexion/", {"username": "cmoreau", "password": MOT_DE_PASSE})
        if reponse.status_code != 302:
            sys.exit(f"La connexion a répondu {reponse.status_code}.")

    def sans_limites() -> None:
        with (
            patch("accounts.services.compter_tentative"),
            patch("accounts.services.effacer_tentative"),
            patch("accounts.services.captcha_requis", return_value=False),
        ):
            se_connecter()

    gestes = [lambda: nu.verify(empreinte, MOT_DE_PASSE), se_connecter, sans_limites]
    debits: list[list[float]] = [[] for _ in gestes]
    for _ in range(TOURS):
        # Un tour de chacun, en alternance : la machine est partagée, seuls les rapports valent.
        for debit, geste in zip(debits, gestes, strict=True):
            depart = time.perf_counter()
            for _ in range(combien):
                geste()
            debit.append(combien / (time.perf_counter() - depart))
    return [statistics.median(debit) for debit in debits]


def main() -> None:
    combien = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    if len(sys.argv) > 2:
        print(*mesurer(combien))
        return
    mesures = {}
    for nom, (base, cache) in CONFIGURATIONS.items():
        with base() as adresse:
            reglages = {
                "DEMO": "1",
                "DATABASE_URL": adresse,
                "CACHE_URL": cache,
                "DJANGO_SETTINGS_MODULE": "portail.settings",
            }
            commande = [sys.executable, "-m", "bench.connexions", str(combien), "--ici"]
            sortie = subprocess.run(commande, env=os.environ | reglages, check=True, stdout=subprocess.PIPE, text=True)
            mesures[nom] = [float(valeur) for valeur in sortie.stdout.splitlines()[-1].split()]
    lignes = [
        ("argon2 nu, par seconde", [f"{nu:.1f}" for nu, _, _ in mesures.values()]),
        ("connexions par seconde", [f"{avec:.1f}" for _, avec, _ in mesures.values()]),
        ("rapporté à argon2 nu", [f"{avec / nu:.2f}" for nu, avec, _ in mesures.values()]),
        ("sans les limites", [f"{sans / nu:.2f}" for nu, _, sans in mesures.values()]),
    ]
    tableau(f"{TOURS} tours de {combien}", lignes, list(mesures))


if __name__ == "__main__":
    main()
