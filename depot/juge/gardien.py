"""Le gardien : engendre, pour chaque fichier, un enfant limité qui le lit, répond et meurt."""

import gc
import json
import os
import resource
import signal
import socket
from contextlib import suppress
from math import ceil
from pathlib import Path
from typing import Any

from depot.classeur import lecture
from depot.juge import chaine, membres, trames
from depot.juge.verdicts import Nature

ORDRE_MAX = 65_536


def veiller(prise: socket.socket) -> None:
    """Un ordre, la prise où répondre, un enfant ; jusqu'à ce que le portail raccroche."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # le système enterre les enfants
    gc.freeze()  # leurs ramassages ne recopient pas les bibliothèques
    while True:
        message, descripteurs, _, _ = socket.recv_fds(prise, ORDRE_MAX, 1)
        if not message:
            return
        if not os.fork():
            prise.close()
            _vivre(json.loads(message), descripteurs[0])
        for descripteur in descripteurs:
            os.close(descripteur)


def _vivre(ordre: dict[str, Any], descripteur: int) -> None:
    """L'enfant : sans réponse entière, l'appelant sait que le fichier n'a pas été lu."""
    try:
        se_limiter(**ordre["limites"])
        with socket.socket(fileno=descripteur) as prise:
            _obeir(ordre, prise)
    finally:
        os._exit(0)


def _obeir(ordre: dict[str, Any], prise: socket.socket) -> None:
    chemin = Path(ordre["chemin"])
    if ordre["geste"] == "extraire":
        trames.rendre_les_membres(prise, membres.extraire(chemin))
        return
    if ordre["geste"] == "lire":
        demande = json.loads(b"".join(iter(lambda: prise.recv(ORDRE_MAX), b"")))
        prise.sendall(json.dumps(lecture.repondre(chemin, demande)).encode())
        return
    nature = Nature(ordre["nature"]) if ordre["nature"] else None
    verdict = chaine.juger(chemin, nature, ordre["nom"], ordre["taille_max"])
    prise.sendall(json.dumps(verdict.en_donnees()).encode())


def se_limiter(memoire: int, processeur: float, secondes: float) -> None:
    """Octets de mémoire, secondes de calcul, secondes en tout. macOS refuse la première : on y lit sans elle."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memoire, memoire))
    resource.setrlimit(resource.RLIMIT_CPU, (ceil(processeur),) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Le système tue à l'échéance, même au milieu d'une bibliothèque écrite en C.
    signal.setitimer(signal.ITIMER_REAL, secondes)
