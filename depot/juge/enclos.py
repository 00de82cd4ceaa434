"""Le juge dans un processus enfant, limité en mémoire et en temps : un fichier piégé n'entraîne que lui.

Un gardien (`gardien.py`), sans secret ni connexion, charge les bibliothèques une fois et engendre un enfant neuf par
fichier : le jugement ne paie ni le démarrage de Python, ni les dégâts du fichier précédent.
"""

import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Any

from depot.juge.trames import Incomplet, lire_les_membres
from depot.juge.verdicts import EXAMEN, Nature, Verdict

logger = logging.getLogger(__name__)
MEMOIRE_MAX = 1_000_000_000
SECONDES_MAX = 20
# L'antivirus lit les membres à son pas : l'enfant qui les lui donne attend plus longtemps, sans calculer davantage.
SECONDES_DES_MEMBRES = 600
GRACE = 2
RACINE = Path(__file__).resolve().parent.parent.parent


class Gardien:
    """Le processus d'où naissent les enfants ; lancé au premier besoin, relancé s'il meurt."""

    def __init__(self) -> None:
        self._oublier()

    def _oublier(self) -> None:
        self._verrou = Lock()
        self._processus: subprocess.Popen[bytes] | None = None
        self._prise: socket.socket | None = None

    def confier(self, ordre: dict[str, Any]) -> socket.socket:
        """La prise où répondra l'enfant. Lève `OSError` si aucun gardien ne démarre."""
        ici, la_bas = socket.socketpair()
        try:
            with la_bas, self._verrou:
                self._envoyer(json.dumps(ordre).encode(), la_bas)
        except OSError:
            ici.close()
            raise
        return ici

    def _envoyer(self, message: bytes, reponse: socket.socket) -> None:
        try:
            socket.send_fds(self._vivant(), [message], [reponse.fileno()])
        except OSError:
            self._arreter()
            socket.send_fds(self._vivant(), [message], [reponse.fileno()])

    def _vivant(self) -> socket.socket:
        if self._prise is None:
            self._prise, la_bas = socket.socketpair()
            with la_bas:
                self._processus = subprocess.Popen(
                    [sys.executable, "-m", "depot.juge", "--gardien"],
                    cwd=RACINE,
                    env={},
                    stdin=la_bas.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                )
        return self._prise

    def _arreter(self) -> None:
        if self._prise:
            self._prise.close()
        if self._processus:
            self._processus.kill()
            self._processus.wait()
        self._prise = self._processus = None

    def arreter(self) -> None:
        with self._verrou:
            self._arreter()

    def apres_un_fork(self) -> None:
        """Le gardien appartient au processus père ; le fils aura le sien."""
        if self._prise:
            self._prise.close()
        self._oublier()


gardien = Gardien()
os.register_at_fork(after_in_child=gardien.apres_un_fork)


def juger(chemin: Path, nature: Nature | None, nom: str, taille_max: int) -> Verdict:
    """Comme `chaine.juger`. Une panne ou un dépassement rend `EXAMEN` : ce n'est pas la faute du fichier."""
    ordre = {"geste": "juger", "nature": nature, "nom": nom, "taille_max": taille_max}
    try:
        with _confier(ordre, chemin, SECONDES_MAX) as prise:
            return Verdict.de_donnees(json.loads(b"".join(iter(lambda: prise.recv(65_536), b""))))
    except (OSError, ValueError, KeyError) as erreur:
        logger.warning("Le juge n'a pas rendu de verdict sur %s : %s", chemin.name, type(erreur).__name__)
        return EXAMEN


def lire_le_classeur(chemin: Path, demande: dict[str, Any]) -> Any:
    """Ce que `depot.classeur.lecture.repondre` dit du classeur, en JSON. Lève `OSError` ou `ValueError` sinon."""
    with _confier({"geste": "lire"}, chemin, SECONDES_MAX) as prise:
        # Trop longue pour un ordre, qui tient en un message : elle suit par la prise où l'enfant répondra.
        prise.sendall(json.dumps(demande).encode())
        prise.shutdown(socket.SHUT_WR)
        return json.loads(b"".join(iter(lambda: prise.recv(65_536), b"")))


def membres(chemin: Path) -> Iterator[tuple[str, Iterator[bytes]]]:
    """Ce que le fichier renferme, extrait dans l'enclos : nom et contenu de chaque membre, à consommer dans l'ordre.

    Lève `Incomplet` si l'extraction n'est pas allée au bout.
    """
    try:
        prise = _confier({"geste": "extraire"}, chemin, SECONDES_DES_MEMBRES)
    except OSError as erreur:
        raise Incomplet(type(erreur).__name__) from erreur
    with prise:
        yield from lire_les_membres(prise)


def _confier(ordre: dict[str, Any], chemin: Path, secondes: float) -> socket.socket:
    limites = {"memoire": MEMOIRE_MAX, "processeur": SECONDES_MAX, "secondes": secondes}
    prise = gardien.confier(ordre | {"chemin": str(chemin.resolve()), "limites": limites})
    prise.settimeout(secondes + GRACE)
    return prise


def fermer() -> None:
    """Arrête le gardien ; sans cela il s'arrête avec ce processus."""
    with suppress(OSError):
        gardien.arreter()
