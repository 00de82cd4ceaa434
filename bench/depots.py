"""Cinquante personnes déposent 20 Mo à la fois ; à côté, l'écriture et l'empreinte nues, du même tour.

python -m bench.depots [CORPUS]

Les serveurs de la production : PostgreSQL, Redis, granian (2 processus de 4 fils), et un ouvrier Celery qui publie et
écrit aux personnes. Clients et ouvrier tournent sur la même machine : leur part du processeur est dans la mesure. Avec
le dossier d'un corpus, mesure aussi ce que coûte le jugement de chaque fichier.
"""

import csv
import hashlib
import io
import json
import os
import re
import statistics
import sys
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import urlsplit

import pikepdf

from bench.bases import postgresql, tableau
from tests.navigateur.conftest import REDIS_URL, Portail, servir

PERSONNES = 50
OCTETS = 20_000_000
MARQUE = b"0" * 32
MORCEAU = 1 << 18
PATIENCE = 120
SERVEUR = {
    "GRANIAN_WORKERS": "2",
    "GRANIAN_BLOCKING_THREADS": "4",
    "DEPOT_QUOTA_MO": "100000",
    "CELERY_BROKER_URL": f"{REDIS_URL}/9",
    "CELERY_PREFIXE": uuid.uuid4().hex,
    "CACHE_URL": f"{REDIS_URL}/9?key_prefix={uuid.uuid4().hex}",
}


def rapport() -> bytes:
    """Un PDF de 20 Mo que rien ne compresse, et une marque à changer d'une personne à l'autre."""
    sortie = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.Root.Photos = document.make_stream(MARQUE + os.urandom(OCTETS))
        document.save(sortie, compress_streams=False)
    return sortie.getvalue()


def petit_rapport() -> bytes:
    sortie = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        document.Root.Marque = document.make_stream(MARQUE)
        document.save(sortie, compress_streams=False)
    return sortie.getvalue()


class Personne:
    """Une personne habilitée, sa session ouverte, et le fichier qu'elle va déposer."""

    def __init__(self, session: str, structure: int, campagne: int, modele: bytes) -> None:
        marque = uuid.uuid4().hex
        self.contenu = modele.replace(MARQUE, marque.encode(), 1)
        self.sha256 = hashlib.sha256(self.contenu).hexdigest()
        self.temoins = f"session={session}"
        self.champs = {"structure": structure, "campagne": campagne, "nature": "", "cle": marque}
        self.reference = ""

    def entrer(self, portail: Portail) -> None:
        reponse, page = self._demander(portail, "GET", {}, [])
        temoin = re.search(r"csrf=[^;]+", reponse.headers["Set-Cookie"])[0]  # type: ignore[index]
        self.temoins += f"; {temoin}"
        self.champs["csrfmiddlewaretoken"] = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)[1]  # type: ignore[index]

    def formulaire(self) -> tuple[dict[str, str], list[bytes]]:
        borne = uuid.uuid4().hex
        tete = "".join(
            f'--{borne}\r\nContent-Disposition: form-data; name="{nom}"\r\n\r\n{valeur}\r\n'
            for nom, valeur in self.champs.items()
        )
        tete += f'--{borne}\r\nContent-Disposition: form-data; name="fichiers"; filename="rapport.pdf"\r\n\r\n'
        parties = [tete.encode(), self.contenu, f"\r\n--{borne}--\r\n".encode()]
        entetes = {
            "Content-Type": f"multipart/form-data; boundary={borne}",
            "Content-Length": str(sum(map(len, parties))),
            "Accept": "application/json",
        }
        return entetes, parties

    def deposer(self, portail: Portail) -> None:
        entetes, parties = self.formulaire()
        entetes["Origin"] = portail.adresse
        reponse, texte = self._demander(portail, "POST", entetes, parties)
        assert reponse.status == 201, (reponse.status, texte[:300])
        self.reference = json.loads(texte)["reference"]

    def _demander(self, portail: Portail, methode: str, entetes: dict[str, str], parties: list[bytes]):  # noqa: ANN202
        connexion = HTTPConnection(urlsplit(portail.adresse).netloc, timeout=300)
        try:
            connexion.putrequest(methode, "/camsp-cmpp/nouveau/")
            for nom, valeur in ({"Cookie": self.temoins} | entetes).items():
                connexion.putheader(nom, valeur)
            connexion.endheaders()
            for partie in parties:
                connexion.send(partie)
            reponse = connexion.getresponse()
            return reponse, reponse.read().decode()
        finally:
            connexion.close()


def preparer_les_personnes(base: str) -> list[tuple[str, int, int]]:
    """Des personnes habilitées, chacune pour sa structure, et leurs sessions."""
    os.environ |= {"DEMO": "1", "DATABASE_URL": base, "DJANGO_SETTINGS_MODULE": "portail.settings"}
    import django

    django.setup()
    from django.test import Client

    from depot.models import Campagne
    from tests.depot.factories import deposant
    from tests.structures.factories import StructureFactory

    campagne, sessions = Campagne.objects.ouvertes()[0].pk, []
    for _ in range(PERSONNES):
        structure, client = StructureFactory(), Client()
        client.force_login(deposant(structure))
        sessions.append((client.cookies["session"].value, structure.pk, campagne))
    return sessions


class Serveur(threading.Thread):
    """Relève la mémoire du serveur et de ses enfants, en Mo, et dit leur temps de calcul, en secondes."""

    def __init__(self, port: int) -> None:
        super().__init__(daemon=True)
        self.marque = f"--port\0{port}".encode()
        self.releves: list[float] = []
        self.fini = threading.Event()

    def run(self) -> None:
        while not self.fini.wait(0.2):
            self.releves.append(self.memoire())

    def memoire(self) -> float:
        total = 0
        for numero in self.processus():
            # Disparu entre-temps : il n'occupe plus rien.
            with suppress(OSError, AttributeError):
                total += int(re.search(r"Pss:\s+(\d+)", Path(f"/proc/{numero}/smaps_rollup").read_text()).group(1))
        return total / 1_000

    def calcul(self) -> float:
        tops = 0
        for numero in self.processus():
            with suppress(OSError):
                tops += sum(map(int, Path(f"/proc/{numero}/stat").read_text().rpartition(")")[2].split()[11:15]))
        return tops / os.sysconf("SC_CLK_TCK")

    def processus(self) -> set[str]:
        """Le serveur et sa descendance."""
        peres, siens = {}, set()
        for dossier in Path("/proc").glob("[0-9]*"):
            with suppress(OSError):
                peres[dossier.name] = (dossier / "stat").read_text().rpartition(")")[2].split()[1]
                if self.marque in (dossier / "cmdline").read_bytes():
                    siens.add(dossier.name)
        while nouveaux := {numero for numero, pere in peres.items() if pere in siens and numero not in siens}:
            siens |= nouveaux
        return siens


def ecrire_nu(dossier: Path, contenus: list[bytes]) -> tuple[float, float]:
    """Durée et temps de calcul (secondes) pour écrire, hacher et mettre sur le disque les mêmes octets, sans plus."""

    def ecrire(rang: int) -> None:
        empreinte = hashlib.sha256()
        with (dossier / f"nu-{rang}").open("wb", buffering=0) as fichier:
            vue = memoryview(contenus[rang])
            for debut in range(0, len(vue), MORCEAU):
                empreinte.update(vue[debut : debut + MORCEAU])
                fichier.write(vue[debut : debut + MORCEAU])
            os.fsync(fichier.fileno())

    debut, calcul = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(8) as fils:
        list(fils.map(ecrire, range(len(contenus))))
    return time.perf_counter() - debut, time.process_time() - calcul


def recevoir_seul(personnes: list[Personne]) -> float:
    """Temps de calcul (secondes) pour lire les mêmes formulaires et garder leurs fichiers, sans serveur ni droits."""
    from django.http.multipartparser import MultiPartParser

    from depot.televersement import SurDisque

    calcul = 0.0
    for personne in personnes:
        entetes, parties = personne.formulaire()
        recu = {"CONTENT_TYPE": entetes["Content-Type"], "CONTENT_LENGTH": entetes["Content-Length"]}
        corps = io.BytesIO(b"".join(parties))
        debut = time.process_time()
        _, fichiers = MultiPartParser(recu, corps, [SurDisque(taille_max=2 * OCTETS)], "utf-8").parse()
        calcul += time.process_time() - debut
        for fichier in fichiers.values():
            fichier.close()
    return calcul


def verifier(portail: Portail, personnes: list[Personne]) -> int:
    """Nombre de récépissés vrais : le fichier gardé a l'empreinte envoyée et l'empreinte écrite en base."""
    from depot.models import Document

    vrais = 0
    for personne in personnes:
        document = Document.objects.get(reference=personne.reference)
        garde = hashlib.sha256((portail.dossier / "depots" / document.emplacement).read_bytes()).hexdigest()
        vrais += garde == document.sha256 == personne.sha256
    return vrais


def attendre_les_publications(depuis: float) -> float:
    """Secondes écoulées depuis `depuis` quand l'ouvrier a tout publié."""
    from depot.enums import EtatDocument
    from depot.models import Document

    while Document.objects.exclude(etat=EtatDocument.PUBLIE).exists():
        if time.perf_counter() - depuis > PATIENCE:
            raise TimeoutError("l'ouvrier n'a pas tout publié")
        time.sleep(0.2)
    return time.perf_counter() - depuis


def echauffer(portail: Portail, sessions: list[tuple[str, int, int]]) -> None:
    """Quelques petits dépôts : chaque processus a lancé son gardien et chargé ses gabarits."""
    petites = [Personne(*session, petit_rapport()) for session in sessions[:16]]
    with ThreadPoolExecutor(16) as fils:
        list(fils.map(lambda personne: (personne.entrer(portail), personne.deposer(portail)), petites))


def mesurer() -> None:
    modele = rapport()
    with TemporaryDirectory() as nom, postgresql() as base:
        dossier = Path(nom)
        with servir(dossier, {"DATABASE_URL": base} | SERVEUR) as portail:
            sessions = preparer_les_personnes(base)
            echauffer(portail, sessions)
            attendre_les_publications(time.perf_counter())
            personnes = [Personne(*session, modele) for session in sessions]
            with ThreadPoolExecutor(8) as fils:
                list(fils.map(lambda personne: personne.entrer(portail), personnes))
            contenus = [personne.contenu for personne in personnes]
            serveur = Serveur(urlsplit(portail.adresse).port or 0)
            nus = [ecrire_nu(dossier, contenus)]
            repos, calcul = serveur.memoire(), serveur.calcul()
            serveur.start()
            debut = time.perf_counter()
            with ThreadPoolExecutor(PERSONNES) as fils:
                list(fils.map(lambda personne: personne.deposer(portail), personnes))
            duree, calcul = time.perf_counter() - debut, serveur.calcul() - calcul
            serveur.fini.set()
            serveur.join()
            publication = attendre_les_publications(debut)
            vrais = verifier(portail, personnes)
            nus.append(ecrire_nu(dossier, contenus))
            reception = recevoir_seul(personnes)
    octets = sum(map(len, contenus)) / 1e6
    nu, calcul_nu = (statistics.mean(valeurs) for valeurs in zip(*nus, strict=True))
    lignes: list[tuple[str, list[str]]] = [
        ("écriture et SHA-256 nues", [f"{octets / nu:.0f} Mo/s", f"{calcul_nu:.2f} s", "1"]),
        ("lecture des formulaires seule", ["", f"{reception:.2f} s", f"– ; {calcul_nu / reception:.2f}"]),
        (
            "les dépôts",
            [f"{octets / duree:.0f} Mo/s", f"{calcul:.2f} s", f"{nu / duree:.2f} ; {calcul_nu / calcul:.2f}"],
        ),
    ]
    tableau(
        f"{PERSONNES} personnes déposent 20 Mo à la fois",
        lignes,
        ["débit", "calcul du serveur", "rapport à la limite nue : débit ; calcul"],
    )
    print(
        f"\nRécépissés vrais : {vrais} sur {PERSONNES}. Mémoire du serveur : {repos:.0f} Mo avant, "
        f"{max(serveur.releves):.0f} au plus, {serveur.releves[-1]:.0f} après. "
        f"Dernier récépissé au bout de {duree:.1f} s, dernière publication au bout de {publication:.1f} s."
    )


def juger_le_corpus(dossier: Path) -> None:
    """Temps de calcul du jugement seul, dans un processus qui a déjà chargé les bibliothèques."""
    from depot.juge import chaine
    from depot.juge.verdicts import Nature

    durees = []
    with (dossier / "manifest.csv").open(newline="") as lignes:
        for ligne in csv.DictReader(lignes):
            chemin = dossier / ligne["path"]
            debut = time.process_time()
            chaine.juger(chemin, Nature(ligne["slot"] or "qualitatif"), chemin.name, 50_000_000)
            durees.append(1_000 * (time.process_time() - debut))
    quantiles = statistics.quantiles(durees, n=100)
    lignes_du_tableau = [("calcul par fichier", [f"{quantiles[49]:.1f} ms", f"{quantiles[98]:.0f} ms"])]
    tableau(f"Juger {len(durees)} fichiers", lignes_du_tableau, ["médiane", "99 %"])


if __name__ == "__main__":
    if len(sys.argv) > 1:
        juger_le_corpus(Path(sys.argv[1]))
    mesurer()
