"""Un vrai portail, dans un vrai navigateur : serveurs lancés une fois par session, sur des ports libres."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message
from playwright.sync_api import Browser, Page, sync_playwright
from xdist.scheduler import LoadScopeScheduling

RACINE = Path(__file__).resolve().parent.parent.parent
POSTGRES_URL = os.environ.get("POSTGRES_URL", "postgres://root@127.0.0.1:5432/postgres")
REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379")
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")


def port_libre() -> int:
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return prise.getsockname()[1]


class BoiteAuxLettres(Message):
    """Serveur SMTP qui garde ce qu'on lui remet."""

    def __init__(self):
        super().__init__()
        self.recus = []

    def handle_message(self, message):
        self.recus.append(message)


@dataclass
class Portail:
    """Un portail en marche : son adresse, sa base, et ce que sa messagerie a remis (None sans SMTP)."""

    adresse: str
    base: str
    recus: list | None = None
    dossier: Path = field(default_factory=Path)

    def reponse_captcha(self, cle: str) -> str:
        """Ce que l'image donne à lire à une personne ; le navigateur d'un test ne lit pas les images."""
        requete = "SELECT response FROM captcha_captchastore WHERE hashkey = "
        if self.base.startswith("postgres"):
            with psycopg.connect(self.base) as connexion:
                return connexion.execute(requete + "%s", [cle]).fetchone()[0]
        import sqlite3

        with contextlib.closing(sqlite3.connect(urlsplit(self.base).path)) as connexion:
            return connexion.execute(requete + "?", [cle]).fetchone()[0]


@contextlib.contextmanager
def processus(*arguments: str, environnement: dict[str, str], sortie: Path) -> Iterator[subprocess.Popen]:
    with sortie.open("w") as journal:
        lance = subprocess.Popen(
            [sys.executable, "-m", *arguments],
            cwd=RACINE,
            env=os.environ | environnement,
            stdout=journal,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield lance
        finally:
            os.killpg(lance.pid, signal.SIGTERM)
            try:
                lance.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(lance.pid, signal.SIGKILL)
                lance.wait()


def attendre(adresse: str, serveur: subprocess.Popen, sortie: Path) -> None:
    for _ in range(450):
        if serveur.poll() is not None:
            break
        with contextlib.suppress(OSError), urlopen(f"{adresse}/sante/", timeout=2):
            return
        time.sleep(0.2)
    pytest.fail(f"Le serveur ne répond pas :\n{sortie.read_text()}")


@contextlib.contextmanager
def servir(dossier: Path, environnement: dict[str, str], recus: list | None = None) -> Iterator[Portail]:
    port = port_libre()
    adresse = f"http://127.0.0.1:{port}"
    environnement = {
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "portail.settings",
        "SITE_URL": adresse,
        "STOCKAGE_URL": f"file://{dossier}/depots",
        "CELERY_BROKER_URL": "",
        "CACHE_URL": "",
    } | environnement
    subprocess.run(
        [sys.executable, "manage.py", "demonstration"],
        cwd=RACINE,
        env=os.environ | environnement,
        check=True,
        capture_output=True,
    )
    with contextlib.ExitStack() as pile:
        if environnement["CELERY_BROKER_URL"]:
            for nom, options in (("worker", ["--concurrency", "1"]), ("beat", ["--schedule", f"{dossier}/horloge"])):
                pile.enter_context(
                    processus(
                        "celery",
                        "-A",
                        "portail",
                        nom,
                        "--loglevel",
                        "WARNING",
                        *options,
                        environnement=environnement,
                        sortie=dossier / f"{nom}.log",
                    )
                )
        sortie = dossier / "web.log"
        serveur = pile.enter_context(
            processus(
                "granian",
                "--interface",
                "wsgi",
                "--port",
                str(port),
                "--no-ws",
                "portail.wsgi:application",
                environnement=environnement,
                sortie=sortie,
            )
        )
        attendre(adresse, serveur, sortie)
        yield Portail(adresse, environnement["DATABASE_URL"], recus, dossier)


@contextlib.contextmanager
def servir_sqlite(dossier: Path) -> Iterator[Portail]:
    """Le portail de `make run` : SQLite, sans courtier."""
    with servir(dossier, {"DATABASE_URL": f"sqlite:///{dossier}/portail.sqlite3"}) as portail:
        yield portail


@contextlib.contextmanager
def base_jetable() -> Iterator[str]:
    """Une base PostgreSQL neuve, supprimée à la sortie du bloc."""
    nom = f"navigateur_{uuid.uuid4().hex}"
    with psycopg.connect(POSTGRES_URL, autocommit=True) as connexion:
        connexion.execute(f"CREATE DATABASE {nom}")
        try:
            yield urlunsplit(urlsplit(POSTGRES_URL)._replace(path=f"/{nom}"))
        finally:
            connexion.execute(f"DROP DATABASE {nom} WITH (FORCE)")


@contextlib.contextmanager
def servir_complet(dossier: Path) -> Iterator[Portail]:
    """Les serveurs de la production : PostgreSQL, Redis, un ouvrier et une horloge Celery, une messagerie SMTP."""
    boite = BoiteAuxLettres()
    messagerie = Controller(boite, hostname="127.0.0.1", port=port_libre())
    messagerie.start()
    try:
        with base_jetable() as base:
            environnement = {
                "DATABASE_URL": base,
                "CELERY_BROKER_URL": f"{REDIS_URL}/14",
                "CELERY_PREFIXE": uuid.uuid4().hex,
                "CACHE_URL": f"{REDIS_URL}/15?key_prefix={uuid.uuid4().hex}",
                "EMAIL_URL": f"smtp://127.0.0.1:{messagerie.port}",
            }
            with servir(dossier, environnement, boite.recus) as portail:
                yield portail
    finally:
        messagerie.stop()


@pytest.fixture(scope="session")
def portail_sqlite(tmp_path_factory):
    with servir_sqlite(tmp_path_factory.mktemp("sqlite")) as portail:
        yield portail


@pytest.fixture(scope="session")
def portail_complet(tmp_path_factory):
    with servir_complet(tmp_path_factory.mktemp("complet")) as portail:
        yield portail


class UnOuvrierParPortail(LoadScopeScheduling):
    """Les parcours d'un portail au même ouvrier : sous pytest 9.2, xdist 3.8 oublie ses groupes (son n° 1386)."""

    def _split_scope(self, nodeid: str) -> str:
        nomme = re.search(r"\[(sqlite|complet)\b", nodeid)
        return nomme[1] if nomme else super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> UnOuvrierParPortail:
    return UnOuvrierParPortail(config, log)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Un parcours se joue sur les serveurs de la production, à moins que `@pytest.mark.portail` n'en nomme d'autres."""
    if "portail" in metafunc.fixturenames and "portail_presse" not in metafunc.fixturenames:
        marque = metafunc.definition.get_closest_marker("portail")
        metafunc.parametrize("portail", marque.args if marque else ["complet"], indirect=True)


@pytest.fixture
def portail(request) -> Portail:
    return request.getfixturevalue(f"portail_{request.param}")


@pytest.fixture(scope="session")
def navigateur() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=CHROMIUM,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--no-first-run",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture
def ouvrir(navigateur, portail):
    """Ouvre le navigateur d'une personne : témoins et pages à elle."""
    with contextlib.ExitStack() as pile:

        def ouvrir_une_page(**options) -> Page:
            habituelles = {
                "base_url": portail.adresse,
                "locale": "fr-FR",
                "viewport": {"width": 1280, "height": 900},
            }
            contexte = navigateur.new_context(**habituelles | options)
            pile.callback(contexte.close)
            page = contexte.new_page()
            page.set_default_timeout(10_000)
            page.on("pageerror", lambda erreur: pytest.fail(f"Erreur JavaScript : {erreur}"))
            return page

        yield ouvrir_une_page
