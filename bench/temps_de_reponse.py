"""Le temps de réponse dit-il qui a un compte ? PostgreSQL, Redis, un ouvrier Celery et une messagerie, tous réels.

python -m bench.temps_de_reponse [ÉCHANTILLONS PAR CLASSE [PORTE]]

Pour chaque porte, des envois à un compte connu et à des inconnus, dans un ordre tiré au sort. L'AUC est la chance que
répondre à un compte connu soit plus lent qu'à un inconnu : 0,5 ne dit rien, 1 dit tout.
"""

import math
import os
import random
import re
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlencode, urlsplit

import psycopg

from bench.bases import postgresql, tableau
from tests.navigateur.conftest import REDIS_URL, Portail, port_libre, processus, servir

ECHANTILLONS = 40
ECHAUFFEMENT = 10
MOT_DE_PASSE = "Tulipes-Bleues-27"
CONNU, COURRIEL_CONNU = "cmoreau", "camille.moreau@camsp-janine-levy.example"
SANS_LIMITE = {f"LIMITE_{porte}": "1000000/86400" for porte in ("CONNEXION", "OUBLI", "INSCRIPTION")}
Champs = Callable[[bool, int], dict[str, str]]

PORTES: dict[str, tuple[str, Champs]] = {
    "connexion, mot de passe faux": (
        "/connexion/",
        lambda connu, rang: {"username": CONNU if connu else f"cmoreno{rang}", "password": "Un-Autre-Mot-1"},
    ),
    "identifiant ou mot de passe oublié": (
        "/identifiant-ou-mot-de-passe-oublie/",
        lambda connu, rang: {"saisie": COURRIEL_CONNU if connu else f"camille.moreno{rang}@camsp-janine-levy.example"},
    ),
    "inscription": (
        "/inscription/",
        lambda connu, rang: {
            "nom": f"Zemirli{chr(97 + rang % 26)}{chr(97 + rang // 26 % 26)}",
            "prenom": "Yamina",
            "structure": "",
            "indicatif": "33",
            "telephone": "",
            "courriel": COURRIEL_CONNU if connu else f"camille.{rang:06}@camsp-janine-levy.example",
            "mot_de_passe": MOT_DE_PASSE,
            "conditions": "on",
        },
    ),
}


@contextmanager
def portail_complet() -> Iterator[Portail]:
    port = port_libre()
    with TemporaryDirectory() as dossier, postgresql() as base:
        reglages = {
            "DATABASE_URL": base,
            "CELERY_BROKER_URL": f"{REDIS_URL}/12",
            "CELERY_PREFIXE": f"bench-{os.getpid()}",
            "CACHE_URL": f"{REDIS_URL}/11?KEY_PREFIX=bench-{os.getpid()}",
            "EMAIL_URL": f"smtp://127.0.0.1:{port}",
            "CAPTCHA_APRES_ECHECS": "1000000",
        }
        # À part : recevoir un courriel dans ce processus retarderait la mesure des seuls comptes connus.
        messagerie = ("aiosmtpd", "-n", "-l", f"127.0.0.1:{port}", "-c", "aiosmtpd.handlers.Sink")
        with (
            processus(*messagerie, environnement={}, sortie=Path(dossier) / "messagerie.log"),
            servir(Path(dossier), reglages | SANS_LIMITE) as portail,
        ):
            yield portail


def envoyer(portail: Portail, page: str, champs: dict[str, str]) -> float:
    """Remplit la page et l'envoie ; rend la durée, en millisecondes, de l'envoi seul."""
    serveur = HTTPConnection(urlsplit(portail.adresse).netloc)
    serveur.request("GET", page)
    reponse = serveur.getresponse()
    temoins = SimpleCookie()
    for valeur in reponse.headers.get_all("Set-Cookie", []):
        temoins.load(valeur)
    html = reponse.read().decode()
    champs = champs | {"csrfmiddlewaretoken": re.search(r'csrfmiddlewaretoken" value="([^"]+)', html)[1]}
    if cle := re.search(r'name="captcha_0" value="([^"]+)', html):
        champs |= {"captcha_0": cle[1], "captcha_1": portail.reponse_captcha(cle[1])}
    entetes = {
        "Cookie": "; ".join(f"{nom}={temoin.value}" for nom, temoin in temoins.items()),
        "Content-Type": "application/x-www-form-urlencoded",
        "Origin": portail.adresse,
    }
    corps = urlencode(champs)
    depart = time.perf_counter()
    serveur.request("POST", page, corps, entetes)
    reponse = serveur.getresponse()
    reponse.read()
    duree = (time.perf_counter() - depart) * 1000
    attendu = 200 if page == "/connexion/" else 302
    if reponse.status != attendu:
        sys.exit(f"{page} a répondu {reponse.status} au lieu de {attendu}.")
    serveur.close()
    return duree


def attendre_l_ouvrier(portail: Portail) -> None:
    """L'ouvrier finit d'envoyer avant l'essai suivant."""
    with psycopg.connect(portail.base) as connexion:
        while connexion.execute("SELECT 1 FROM courriels_courriel WHERE etat = 'a_envoyer' LIMIT 1").fetchone():
            connexion.commit()
            time.sleep(0.01)
    time.sleep(0.05)


def auc(connus: list[float], inconnus: list[float]) -> float:
    victoires = sum((connu > inconnu) + 0.5 * (connu == inconnu) for connu in connus for inconnu in inconnus)
    return victoires / (len(connus) * len(inconnus))


def mesurer(
    portail: Portail, page: str, champs: Champs, combien: int, hasard: random.Random
) -> dict[bool, list[float]]:
    durees: dict[bool, list[float]] = {True: [], False: []}
    for rang in range(ECHAUFFEMENT):
        envoyer(portail, page, champs(bool(rang % 2), 900_000 + rang))
    # Tirées une à une, non par paires : ce que laisse derrière lui l'envoi précédent ne pèse pas plus sur une classe.
    for rang, connu in enumerate(hasard.sample([True, False] * combien, k=2 * combien)):
        durees[connu].append(envoyer(portail, page, champs(connu, rang)))
        attendre_l_ouvrier(portail)
    return durees


def ligne(durees: dict[bool, list[float]]) -> list[str]:
    """Les médianes, puis l'AUC et son erreur type quand rien ne distingue les classes."""
    connus, inconnus = durees[True], durees[False]
    combien = len(connus)
    erreur = math.sqrt((2 * combien + 1) / (12 * combien**2))
    return [
        f"{statistics.median(connus):.1f} ms",
        f"{statistics.median(inconnus):.1f} ms",
        f"{auc(connus, inconnus):.3f} ± {erreur:.3f}",
    ]


def main() -> None:
    combien = int(sys.argv[1]) if len(sys.argv) > 1 else ECHANTILLONS
    seule = sys.argv[2] if len(sys.argv) > 2 else ""
    hasard, lignes = random.Random(2026), []
    with portail_complet() as portail:
        for porte, (page, champs) in PORTES.items():
            if not porte.startswith(seule):
                continue
            lignes.append((porte, ligne(mesurer(portail, page, champs, combien, hasard))))
    colonnes = ["connu, médiane", "inconnu, médiane", "AUC ± erreur type"]
    tableau(f"{combien} envois de chaque sorte, charge {os.getloadavg()[1]:.1f}", lignes, colonnes)


if __name__ == "__main__":
    main()
