"""Ce que deviennent un dépôt et un courriel quand le processus qui s'en charge est tué, sur de vrais serveurs."""

import asyncio
import contextlib
import hashlib
import json
import os
import random
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.cookies import SimpleCookie
from io import BytesIO
from pathlib import Path
from urllib.parse import urlencode

import pikepdf
import psycopg
from aiosmtpd.controller import Controller
from celery import Celery

from tests.navigateur.conftest import (
    RACINE,
    REDIS_URL,
    BoiteAuxLettres,
    attendre,
    base_jetable,
    port_libre,
    processus,
)
from tests.navigateur.gestes import MOT_DE_PASSE

RAPPORT = RACINE / "fixtures" / "depot" / "rapport-qualitatif.pdf"
ARRETS = 3
COURRIELS = 300
COUPE = (OSError, HTTPException)


def lancer(*arguments: str, environnement: dict[str, str]) -> None:
    subprocess.run(
        [sys.executable, *arguments], cwd=RACINE, env=os.environ | environnement, check=True, capture_output=True
    )


def tuer(groupe: subprocess.Popen) -> None:
    os.killpg(groupe.pid, signal.SIGKILL)
    groupe.wait()


# --- Dépôts ----------------------------------------------------------------------------------------------------------
class Deposante:
    """Une personne habilitée, sans navigateur : elle dépose aussi vite que le portail lui répond."""

    def __init__(self, port: int):
        self.port, self.temoins = port, SimpleCookie()

    def demander(self, methode: str, adresse: str, corps: bytes = b"", debit: float = 0, **entetes: str):
        """Envoie la requête, en morceaux espacés de `debit` secondes ; rend la réponse et son texte."""
        connexion = HTTPConnection("127.0.0.1", self.port, timeout=15)
        try:
            connexion.putrequest(methode, adresse)
            temoins = "; ".join(f"{nom}={temoin.value}" for nom, temoin in self.temoins.items())
            envoyes = {"Cookie": temoins, "Origin": f"http://127.0.0.1:{self.port}", "Content-Length": str(len(corps))}
            for nom, valeur in (envoyes | entetes).items():
                connexion.putheader(nom.replace("_", "-"), valeur)
            connexion.endheaders()
            for debut in range(0, len(corps), 200_000):
                connexion.send(corps[debut : debut + 200_000])
                time.sleep(debit)
            reponse = connexion.getresponse()
            for temoin in reponse.headers.get_all("Set-Cookie", []):
                self.temoins.load(temoin)
            return reponse, reponse.read().decode(errors="replace")
        finally:
            connexion.close()

    def se_connecter(self) -> None:
        _, page = self.demander("GET", "/connexion/")
        saisie = champs_de(page) | {"username": "cmoreau", "password": MOT_DE_PASSE}
        reponse, _ = self.demander(
            "POST", "/connexion/", urlencode(saisie).encode(), Content_Type="application/x-www-form-urlencoded"
        )
        assert reponse.status == 302

    def preparer(self) -> None:
        _, page = self.demander("GET", "/camsp-cmpp/nouveau/")
        self.champs = champs_de(page) | {
            "structure": re.search(r'<option value="(\d+)"', page)[1],
            "campagne": re.search(r'name="campagne".*?<option value="(\d+)"', page, re.DOTALL)[1],
            "nature": "qualitatif",
        }

    def deposer(self, contenu: bytes, debit: float) -> str | None:
        """La référence du récépissé, si le portail a répondu qu'il gardait le fichier."""
        reponse, texte = self.envoyer(contenu, debit)
        assert reponse.status == 201, texte
        return json.loads(texte)["adresse"].partition("ref=")[2]

    def envoyer(self, contenu: bytes, debit: float):
        borne = uuid.uuid4().hex
        corps = BytesIO()
        for nom, valeur in self.champs.items():
            corps.write(f'--{borne}\r\nContent-Disposition: form-data; name="{nom}"\r\n\r\n{valeur}\r\n'.encode())
        corps.write(
            f'--{borne}\r\nContent-Disposition: form-data; name="fichiers"; filename="rapport.pdf"\r\n'
            "Content-Type: application/pdf\r\n\r\n".encode()
        )
        corps.write(contenu + f"\r\n--{borne}--\r\n".encode())
        return self.demander(
            "POST",
            "/camsp-cmpp/nouveau/",
            corps.getvalue(),
            debit,
            Content_Type=f"multipart/form-data; boundary={borne}",
            Accept="application/json",
        )


def champs_de(page: str) -> dict[str, str]:
    return {"csrfmiddlewaretoken": re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]}


def un_rapport() -> bytes:
    """Le rapport d'exemple, rendu unique et lourd par deux mégaoctets de hasard."""
    with pikepdf.open(RAPPORT) as pdf:
        pdf.Root.Hasard = pdf.make_stream(random.randbytes(2_000_000))
        sortie = BytesIO()
        pdf.save(sortie)
    return sortie.getvalue()


@dataclass
class Accuses:
    """Ce que le portail a dit avoir gardé : référence du récépissé, empreinte du fichier envoyé."""

    recus: dict[str, str] = field(default_factory=dict)
    coupes: int = 0
    fini: threading.Event = field(default_factory=threading.Event)

    def deposer_sans_cesse(self, deposante: Deposante, debit: float) -> None:
        while not self.fini.is_set():
            contenu = un_rapport()
            try:
                reference = deposante.deposer(contenu, debit)
            except COUPE:
                self.coupes += 1
                time.sleep(0.1)
            else:
                self.recus[reference] = hashlib.sha256(contenu).hexdigest()


def test_un_depot_dont_on_a_le_recepisse_survit_entier_a_l_arret_brutal_du_serveur(tmp_path):
    port = port_libre()
    base, depots = tmp_path / "portail.sqlite3", tmp_path / "depots"
    environnement = {
        "DEMO": "1",
        "DJANGO_SETTINGS_MODULE": "portail.settings",
        "SITE_URL": f"http://127.0.0.1:{port}",
        "DATABASE_URL": f"sqlite:///{base}",
        "STOCKAGE_URL": f"file://{depots}",
        "CELERY_BROKER_URL": "",
        "CACHE_URL": "",
    }
    lancer("manage.py", "demonstration", environnement=environnement)
    accuses, deposante, fils = Accuses(), Deposante(port), []
    arguments = ("granian", "--interface", "wsgi", "--port", str(port), "--no-ws", "--blocking-threads", "4")
    for arret in range(ARRETS + 1):
        sortie = tmp_path / f"web-{arret}.log"
        with processus(*arguments, "portail.wsgi:application", environnement=environnement, sortie=sortie) as serveur:
            attendre(environnement["SITE_URL"], serveur, sortie)
            if arret == ARRETS:
                accuses.fini.set()
                for fil in fils:
                    fil.join()
                break
            if not fils:
                deposante.se_connecter()
                deposante.preparer()
                # L'un des envois est lent : l'arrêt le surprend toujours en chemin.
                for debit in (0, 0, 0.2):
                    fils.append(threading.Thread(target=accuses.deposer_sans_cesse, args=(deposante, debit)))
                    fils[-1].start()
            assez = len(accuses.recus) + 2
            attendre_que(lambda assez=assez: len(accuses.recus) >= assez)
            time.sleep(random.uniform(0, 0.5))
            tuer(serveur)

    assert accuses.coupes >= ARRETS
    assert len(accuses.recus) >= 2 * ARRETS
    with contextlib.closing(sqlite3.connect(base)) as connexion:
        lignes = connexion.execute("SELECT reference, sha256, taille, fichier FROM depot_document").fetchall()
        publications = {fichier for (fichier,) in connexion.execute("SELECT fichier FROM depot_publication")}
    gardes = {reference: (sha256, taille, fichier) for reference, sha256, taille, fichier in lignes}
    for reference, sha256 in accuses.recus.items():
        assert gardes[reference][0] == sha256
    for sha256, taille, fichier in gardes.values():
        contenu = (depots / fichier).read_bytes()
        assert (hashlib.sha256(contenu).hexdigest(), len(contenu)) == (sha256, taille)
    connus = publications | {fichier for _, _, fichier in gardes.values()}
    les_restes_se_balaient(depots, connus, environnement)


def les_restes_se_balaient(depots: Path, connus: set[str], environnement: dict[str, str]) -> None:
    """Passé un jour, le balayage ne laisse que les fichiers des documents."""
    la_veille = time.time() - 25 * 3600
    presents = [chemin for chemin in depots.rglob("*") if chemin.is_file()]
    assert len(presents) > len(connus), "aucun envoi n'a été coupé en chemin"
    for chemin in presents:
        os.utime(chemin, (la_veille, la_veille))
    lancer("manage.py", "balayer_depots", environnement=environnement)
    assert {str(chemin.relative_to(depots)) for chemin in depots.rglob("*") if chemin.is_file()} == connus


# --- Courriels -------------------------------------------------------------------------------------------------------
class BoiteLente(BoiteAuxLettres):
    """Une messagerie qui met un instant à répondre : l'arrêt tombe pendant un envoi."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802 (nom imposé par aiosmtpd)
        reponse = super().handle_message(self.prepare_message(session, envelope)) or "250 OK"
        await asyncio.sleep(0.01)
        return reponse


def test_un_ouvrier_tue_ne_perd_aucun_courriel_et_n_en_double_que_sous_la_meme_reference(tmp_path):
    boite = BoiteLente()
    messagerie = Controller(boite, hostname="127.0.0.1", port=port_libre())
    messagerie.start()
    try:
        with base_jetable() as base:
            environnement = {
                "DEMO": "1",
                "DJANGO_SETTINGS_MODULE": "portail.settings",
                "DATABASE_URL": base,
                "CELERY_BROKER_URL": f"{REDIS_URL}/13",
                "EMAIL_URL": f"smtp://127.0.0.1:{messagerie.port}",
            }
            lancer("manage.py", "migrate", environnement=environnement)
            references = remplir_la_boite(base)
            livrer_malgre_les_arrets(base, environnement, boite, tmp_path)
            with psycopg.connect(base) as connexion:
                etats = connexion.execute("SELECT etat, count(*) FROM courriels_courriel GROUP BY etat").fetchall()
    finally:
        messagerie.stop()
    assert etats == [("envoye", COURRIELS)]
    remises = [message["Message-ID"] for message in boite.recus]
    assert set(remises) == {f"<{reference}@127.0.0.1>" for reference in references}
    assert len(remises) - COURRIELS <= ARRETS


def remplir_la_boite(base: str) -> list[uuid.UUID]:
    references = [uuid.uuid4() for _ in range(COURRIELS)]
    colonnes = (
        "reference, destinataire, modele, sujet, texte, html, etat, essais, prochain_essai_le, derniere_erreur, cree_le"
    )
    with psycopg.connect(base) as connexion, connexion.cursor() as curseur:
        curseur.executemany(
            f"INSERT INTO courriels_courriel ({colonnes}) VALUES "
            "(%s, 'a@structure.example', 'essai', 'Essai', 'a', '<p>a', 'a_envoyer', 0, now(), '', now())",
            [(reference,) for reference in references],
        )
    return references


def livrer_malgre_les_arrets(base: str, environnement: dict[str, str], boite: BoiteLente, dossier: Path) -> None:
    """Tue l'ouvrier en plein envoi, `ARRETS` fois ; le dernier reprend ce que les autres ont laissé."""
    ouvrier = ("celery", "-A", "portail", "worker", "--concurrency", "1", "--loglevel", "WARNING")
    courtier = Celery(broker=environnement["CELERY_BROKER_URL"])
    courtier.control.purge()
    for arret in range(ARRETS + 1):
        courtier.send_task("courriels.livrer")  # la tournée de l'horloge, chaque minute
        assez = len(boite.recus) + random.randint(20, 60)
        with processus(*ouvrier, environnement=environnement, sortie=dossier / f"{arret}.log") as lance:
            if arret < ARRETS:
                attendre_que(lambda assez=assez: len(boite.recus) >= assez)
                tuer(lance)
                expirer_les_baux(base)
            else:
                attendre_que(lambda: restants(base) == 0)


def attendre_que(condition: Callable[[], bool]) -> None:
    limite = time.monotonic() + 40
    while not condition() and time.monotonic() < limite:
        time.sleep(0.02)


def restants(base: str) -> int:
    with psycopg.connect(base) as connexion:
        return connexion.execute("SELECT count(*) FROM courriels_courriel WHERE etat = 'a_envoyer'").fetchone()[0]


def expirer_les_baux(base: str) -> None:
    """Deux minutes passent : plus personne ne tient le bail de l'ouvrier tué."""
    with psycopg.connect(base) as connexion:
        connexion.execute(
            "UPDATE courriels_courriel SET bail_jusqu_au = now() - interval '1 second' WHERE bail_jusqu_au IS NOT NULL"
        )
