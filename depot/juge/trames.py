"""Comment un enfant de l'enclos rend les membres d'un fichier : des trames précédées de leur longueur.

Un membre est son nom, ses morceaux, puis une trame vide ; une trame vide à la place d'un nom dit que tout est rendu.
"""

import socket
import struct
from collections.abc import Iterable, Iterator

LONGUEUR = struct.Struct(">I")
TRAME_MAX = 64_000_000


class Incomplet(Exception):
    """L'enfant s'est arrêté avant la fin : le fichier n'a pas été lu en entier."""


def rendre_les_membres(prise: socket.socket, membres: Iterable[tuple[str, Iterable[bytes]]]) -> None:
    for nom, morceaux in membres:
        _rendre(prise, nom.encode(errors="replace")[:200] or b"?")
        for morceau in morceaux:
            if morceau:
                _rendre(prise, morceau)
        _rendre(prise, b"")
    _rendre(prise, b"")


def _rendre(prise: socket.socket, trame: bytes) -> None:
    prise.sendall(LONGUEUR.pack(len(trame)))
    prise.sendall(trame)


def lire_les_membres(prise: socket.socket) -> Iterator[tuple[str, Iterator[bytes]]]:
    while nom := _lire(prise):
        yield nom.decode(errors="replace"), iter(lambda: _lire(prise), b"")


def _lire(prise: socket.socket) -> bytes:
    (longueur,) = LONGUEUR.unpack(_exactement(prise, LONGUEUR.size))
    if longueur > TRAME_MAX:
        raise Incomplet("trame démesurée")
    return _exactement(prise, longueur)


def _exactement(prise: socket.socket, longueur: int) -> bytes:
    lu = bytearray()
    while len(lu) < longueur:
        try:
            morceau = prise.recv(min(longueur - len(lu), 1 << 20))
        except OSError as erreur:
            raise Incomplet(type(erreur).__name__) from erreur
        if not morceau:
            raise Incomplet("l'extraction s'est interrompue")
        lu += morceau
    return bytes(lu)
