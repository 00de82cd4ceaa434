"""Disque plein, antivirus arrêté, ouvrier tué : acquitté veut dire stocké, rien sans analyse, et tout reprend."""

import contextlib
import hashlib
import json
import socket
import sqlite3
import subprocess
import uuid
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
from celery import Celery

from tests.clamd import clamd
from tests.navigateur.conftest import REDIS_URL, base_jetable, processus, servir
from tests.navigateur.test_arrets_brutaux import Deposante, attendre_que, lancer, tuer, un_rapport

PREMIER = "SELECT min(id) FROM depot_document"
A_ANALYSER = "etat = 'controle', analyse_le = NULL, prochaine_analyse_le = now()"


def entrer(portail) -> Deposante:
    deposante = Deposante(urlsplit(portail.adresse).port)
    deposante.se_connecter()
    deposante.preparer()
    return deposante


def etats(base: Path) -> dict[str, str]:
    with contextlib.closing(sqlite3.connect(base)) as connexion:
        return dict(connexion.execute("SELECT reference, etat FROM depot_document"))


@pytest.fixture
def petit_disque(tmp_path):
    """Trois mégaoctets, pas un de plus : un rapport y tient, pas deux."""
    dossier = tmp_path / "petit"
    dossier.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", dossier], check=False).returncode:
        pytest.skip("Monter un petit disque demande d'être root ; tests/depot le simule.")
    yield dossier
    subprocess.run(["umount", "--lazy", dossier], check=True)


def test_un_disque_plein_refuse_proprement_et_les_depots_reprennent_avec_la_place(tmp_path, petit_disque):
    base = tmp_path / "portail.sqlite3"
    reglages = {"DATABASE_URL": f"sqlite:///{base}", "STOCKAGE_URL": f"file://{petit_disque}/depots"}
    with servir(tmp_path, reglages) as portail:
        deposante, connus = entrer(portail), set(etats(base))
        premier = un_rapport()
        reference = deposante.deposer(premier, 0)
        arrivees = petit_disque / "depots" / "arrivees"

        reponse, texte = deposante.envoyer(un_rapport(), 0)

        assert reponse.status == 507
        assert "Rien n'a été gardé" in json.loads(texte)["phrase"]
        attendre_que(lambda: not list(arrivees.iterdir()))
        assert not list(arrivees.iterdir())
        assert set(etats(base)) == connus | {reference}

        subprocess.run(["mount", "-o", "remount,size=40m", petit_disque], check=True)
        assert deposante.deposer(un_rapport(), 0)
    with contextlib.closing(sqlite3.connect(base)) as connexion:
        requete = "SELECT fichier, sha256 FROM depot_document WHERE reference = ?"
        fichier, sha256 = connexion.execute(requete, [reference]).fetchone()
    assert hashlib.sha256((petit_disque / "depots" / fichier).read_bytes()).hexdigest() == sha256
    assert sha256 == hashlib.sha256(premier).hexdigest()


def test_antivirus_arrete_les_fichiers_attendent_puis_se_publient(tmp_path):
    base = tmp_path / "portail.sqlite3"
    reglages = {"DATABASE_URL": f"sqlite:///{base}", "CLAMAV_URL": f"unix://{tmp_path}/absent.ctl"}
    # Les modèles de la démonstration ne se publieraient pas sans antivirus.
    demonstration = {
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "portail.settings",
        "STOCKAGE_URL": f"file://{tmp_path}/depots",
    }
    lancer("manage.py", "demonstration", environnement=demonstration | {"DATABASE_URL": reglages["DATABASE_URL"]})
    with servir(tmp_path, reglages) as portail:
        deposante = entrer(portail)
        reference = deposante.deposer(un_rapport(), 0)
        _, recepisse = deposante.demander("GET", f"/camsp-cmpp/recepisses/{reference}/")
        telechargement, _ = deposante.demander("GET", f"/camsp-cmpp/documents/{reference}/telecharger/")

        assert "Votre fichier est bien reçu ; l&#x27;analyse est en cours." in recepisse.replace("'", "&#x27;")
        assert telechargement.status == 404
        assert etats(base)[reference] == "controle"

        with contextlib.closing(sqlite3.connect(base)) as connexion, connexion:
            connexion.execute("UPDATE depot_document SET prochaine_analyse_le = '2020-01-01'")
        with clamd() as revenu:
            environnement = reglages | {
                "DEMO": "1",
                "DJANGO_SETTINGS_MODULE": "portail.settings",
                "STOCKAGE_URL": f"file://{tmp_path}/depots",
                "CLAMAV_URL": revenu.url,
            }
            lancer("manage.py", "analyser_depots", environnement=environnement)

        assert set(etats(base).values()) == {"publie"}
        telechargement, _ = deposante.demander("GET", f"/camsp-cmpp/documents/{reference}/telecharger/")
        assert telechargement.status == 200


def test_un_ouvrier_tue_en_pleine_analyse_ne_publie_rien_et_un_autre_la_refait(tmp_path):
    ouvrier = ("celery", "-A", "portail", "worker", "--concurrency", "1", "--loglevel", "WARNING")
    with base_jetable() as base, clamd() as vrai, socket.create_server(("127.0.0.1", 0)) as muet:
        environnement = {
            "DEMO": "1",
            "DJANGO_SETTINGS_MODULE": "portail.settings",
            "DATABASE_URL": base,
            "STOCKAGE_URL": f"file://{tmp_path}/depots",
            "CELERY_BROKER_URL": "",
        }
        lancer("manage.py", "demonstration", environnement=environnement)
        dire(base, f"UPDATE depot_document SET {A_ANALYSER} WHERE id = ({PREMIER})")
        environnement |= {"CELERY_BROKER_URL": f"{REDIS_URL}/13", "CELERY_PREFIXE": uuid.uuid4().hex}
        courtier = Celery(broker=environnement["CELERY_BROKER_URL"])
        courtier.conf.broker_transport_options = {"global_keyprefix": environnement["CELERY_PREFIXE"]}

        sourd = environnement | {"CLAMAV_URL": f"tcp://127.0.0.1:{muet.getsockname()[1]}"}
        with processus(*ouvrier, environnement=sourd, sortie=tmp_path / "1.log") as lance:
            courtier.send_task("depot.analyser_en_attente")
            attendre_que(lambda: etat(base) == "en_analyse")
            tuer(lance)
        assert etat(base) == "en_analyse"

        dire(base, f"UPDATE depot_document SET bail_jusqu_au = now() - interval '1 second' WHERE id = ({PREMIER})")
        with processus(*ouvrier, environnement=environnement | {"CLAMAV_URL": vrai.url}, sortie=tmp_path / "2.log"):
            courtier.send_task("depot.analyser_en_attente")
            attendre_que(lambda: etat(base) == "publie")
        assert etat(base) == "publie"


def dire(base: str, requete: str) -> None:
    with psycopg.connect(base) as connexion:
        connexion.execute(requete)


def etat(base: str) -> str:
    with psycopg.connect(base) as connexion:
        return connexion.execute(f"SELECT etat FROM depot_document WHERE id = ({PREMIER})").fetchone()[0]
