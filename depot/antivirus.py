"""L'antivirus : un petit client de clamd, par INSTREAM. Fermé par défaut : ce qui n'est pas « OK » n'est pas sain."""

import re
import socket
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from depot.juge import enclos
from depot.juge.trames import Incomplet

MORCEAU = 1 << 18
REPONSE_MAX = 4_096
PORT = 3310
# clamd nomme ainsi ce qu'il n'a pas pu lire jusqu'au bout ; ce n'est pas un virus.
LIMITES = ("Heuristics.Limits.Exceeded", "Heuristics.Encrypted")


class Issue(StrEnum):
    SAIN = "sain"
    INFECTE = "infecte"
    NON_ANALYSE = "non_analyse"


@dataclass(frozen=True)
class Constat:
    """`detail` : le nom du virus, ou pourquoi l'analyse n'est pas allée au bout."""

    issue: Issue
    detail: str = ""


SAIN = Constat(Issue.SAIN)


class AntivirusIndisponible(Exception):
    """Arrêté, muet ou trop lent : rien n'est dit du fichier, et l'analyse se refera."""


class TuyauRompu(AntivirusIndisponible):
    """clamd a raccroché au milieu d'un fichier sans dire pourquoi : peut-être à cause de ce fichier."""


@dataclass(frozen=True)
class Version:
    """Ce que répond `VERSION` : le moteur, et les signatures qu'il emploie (None s'il n'en dit rien)."""

    moteur: str
    signatures: datetime | None


class Antivirus:
    """Un clamd à l'adresse `unix:///chemin` ou `tcp://hôte:port` ; `delai` en secondes, pour chaque attente."""

    def __init__(self, adresse: str, delai: float) -> None:
        self.adresse, self.delai = urlsplit(adresse), delai

    def analyser(self, morceaux: Iterable[bytes]) -> Constat:
        """Soumet un contenu. Lève `AntivirusIndisponible`."""
        with self._ouvert() as prise:
            rompu = not _envoyer(prise, morceaux)
            reponse = self._lire(prise)
        if not reponse:
            raise TuyauRompu("clamd a raccroché sans répondre")
        constat = comprendre(reponse)
        if rompu and constat.issue is Issue.SAIN:
            raise TuyauRompu("clamd a répondu avant la fin du fichier")
        return constat

    def analyser_document(self, chemin: Path) -> Constat:
        """Soumet le fichier, puis à nu chaque chose qu'il renferme ; la première qui n'est pas saine décide.

        Lève `AntivirusIndisponible`.
        """
        with chemin.open("rb") as fichier:
            constat = self.analyser(iter(lambda: fichier.read(MORCEAU), b""))
        if constat.issue is not Issue.SAIN:
            return constat
        try:
            for nom, morceaux in enclos.membres(chemin):
                constat = self.analyser(morceaux)
                if constat.issue is not Issue.SAIN:
                    return Constat(constat.issue, f"{constat.detail} dans « {nom} »")
                for _ in morceaux:  # ce que clamd n'a pas voulu lire ne doit pas passer pour le membre suivant
                    pass
        except Incomplet as panne:
            return Constat(Issue.NON_ANALYSE, f"contenu illisible ({panne})")
        return constat

    def version(self) -> Version:
        with self._ouvert() as prise:
            prise.sendall(b"zVERSION\0")
            moteur, _, suite = self._lire(prise).partition("/")
        date = suite.partition("/")[2]
        signatures = None
        with suppress(ValueError):
            signatures = datetime.strptime(" ".join(date.split()), "%a %b %d %H:%M:%S %Y").replace(tzinfo=UTC)
        return Version(moteur, signatures)

    @contextmanager
    def _ouvert(self) -> Iterator[socket.socket]:
        try:
            with self._connecter() as prise:
                yield prise
        except OSError as erreur:
            raise AntivirusIndisponible(f"{type(erreur).__name__} : {erreur}") from erreur

    def _connecter(self) -> socket.socket:
        if self.adresse.scheme == "tcp":
            hote, port = self.adresse.hostname or "", self.adresse.port or PORT
            return socket.create_connection((hote, port), timeout=self.delai)
        prise = socket.socket(socket.AF_UNIX)
        prise.settimeout(self.delai)
        try:
            prise.connect(self.adresse.path)
        except OSError:
            prise.close()
            raise
        return prise

    def _lire(self, prise: socket.socket) -> str:
        reponse = b""
        with suppress(ConnectionResetError):
            while len(reponse) < REPONSE_MAX and not reponse.endswith(b"\0"):
                morceau = prise.recv(REPONSE_MAX)
                if not morceau:
                    break
                reponse += morceau
        return reponse.decode(errors="replace").strip("\0\n ")


def _envoyer(prise: socket.socket, morceaux: Iterable[bytes]) -> bool:
    """Faux si clamd a raccroché en chemin : il a pu répondre avant, sa réponse reste à lire."""
    try:
        prise.sendall(b"zINSTREAM\0")
        for morceau in morceaux:
            for debut in range(0, len(morceau), MORCEAU):
                part = morceau[debut : debut + MORCEAU]
                prise.sendall(struct.pack(">I", len(part)) + part)
        prise.sendall(struct.pack(">I", 0))
    except (BrokenPipeError, ConnectionResetError):
        return False
    return True


def comprendre(reponse: str) -> Constat:
    """Lit « stream: OK », « stream: Nom FOUND » ou « … ERROR ». Lève `TuyauRompu` sur une panne de clamd."""
    reponse = reponse.removeprefix("stream: ")
    if reponse == "OK":
        return SAIN
    if trouve := re.fullmatch(r"(.+) FOUND", reponse):
        nom = trouve[1]
        return Constat(Issue.NON_ANALYSE if nom.startswith(LIMITES) else Issue.INFECTE, nom)
    if "size limit exceeded" in reponse:
        return Constat(Issue.NON_ANALYSE, "plus grand que ce que l'antivirus accepte")
    raise TuyauRompu(reponse)
