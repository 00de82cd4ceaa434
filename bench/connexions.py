"""Connexions par seconde et par cœur, à côté d'argon2 nu aux mêmes réglages, avec et sans les limites.

python -m bench.connexions [FOIS]

Un processus, un fil, sans réseau : la vue entière (limites, hachage, session, journal) par le client de Django. C'est
le temps de calcul du processus qui compte, non le temps passé : la charge de la machine n'y pèse presque pas.
"""

import os
import statistics
import subprocess
import sys
import time
from unittest.mock import patch

from bench.bases import postgresql, preparer, sqlite, tableau

MOT_DE_PASSE = "Tulipes-Bleues-27"
REDIS = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")
CONFIGURATIONS = {
    "SQLite": (sqlite, ""),
    "PostgreSQL": (postgresql, ""),
    "PostgreSQL et Redis": (postgresql, f"{REDIS}/11?KEY_PREFIX=connexions-{os.getpid()}"),
}


def mesurer(combien: int) -> list[float]:
    """Millisecondes de calcul : argon2 nu, une connexion avec les limites, une sans."""
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

    # Un seul client : chacun démarre un portail à lui, qui relit la liste des fichiers de style.
    client = Client(SERVER_NAME="127.0.0.1")

    def se_connecter() -> None:
        client.cookies.clear()
        reponse = client.post("/connexion/", {"username": "cmoreau", "password": MOT_DE_PASSE})
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
    for geste in gestes:
        geste()
    calculs: list[list[float]] = [[] for _ in gestes]
    for _ in range(combien):
        # Une fois chacun, à tour de rôle : la machine est partagée, seuls les rapports valent.
        for calcul, geste in zip(calculs, gestes, strict=True):
            depart = time.process_time()
            geste()
            calcul.append((time.process_time() - depart) * 1000)
    return [statistics.median(calcul) for calcul in calculs]


def main() -> None:
    combien = int(sys.argv[1]) if len(sys.argv) > 1 else 40
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
        ("argon2 nu, calcul", [f"{nu:.0f} ms" for nu, _, _ in mesures.values()]),
        ("une connexion, calcul", [f"{avec:.0f} ms" for _, avec, _ in mesures.values()]),
        ("connexions par cœur, rapportées à argon2 nu", [f"{nu / avec:.2f}" for nu, avec, _ in mesures.values()]),
        ("sans les limites", [f"{nu / sans:.2f}" for nu, _, sans in mesures.values()]),
    ]
    tableau(f"{combien} fois chacun, médianes", lignes, list(mesures))


if __name__ == "__main__":
    main()
