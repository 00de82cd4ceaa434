"""Les enregistrements BIFF d'un classeur .xls."""

import struct
from collections.abc import Iterator

from depot.juge.verdicts import Motif, Refus

BOF = frozenset({0x0009, 0x0209, 0x0409, 0x0809})
EOF = 0x000A
FILEPASS = 0x002F
BOUNDSHEET = 0x0085
BOUNDSHEET_MIN = 6
SUPBOOK = 0x01AE
EXTERNNAME = 0x0023
FEUILLE_DE_MACROS, MODULE_VBA = 1, 6
EXTERNNAME_OLE = 0x0010
SEPARATEUR_DDE = b"\x03"


def enregistrements(flux: bytes, depart: int = 0) -> Iterator[tuple[int, int, bytes]]:
    """(position, code, données) ; lève `Refus` si un enregistrement dépasse le flux."""
    position = depart
    while position + 4 <= len(flux):
        code, longueur = struct.unpack_from("<HH", flux, position)
        fin = position + 4 + longueur
        if fin > len(flux):
            raise Refus(Motif.ENDOMMAGE)
        yield position, code, flux[position + 4 : fin]
        position = fin
    raise Refus(Motif.ENDOMMAGE)


def est_chiffre(flux: bytes) -> bool:
    for _, code, _ in enregistrements(flux):
        if code in {FILEPASS, EOF}:
            return code == FILEPASS
    return False


def juger(flux: bytes) -> None:
    """Va jusqu'à la fin des feuilles d'un classeur en clair. Lève `Refus`."""
    for depart in _feuilles(flux):
        _verifier_la_feuille(flux, depart)


def _feuilles(flux: bytes) -> list[int]:
    """Positions des feuilles, lues dans la partie générale du classeur."""
    feuilles: list[int] = []
    dde = False
    for rang, (_, code, donnees) in enumerate(enregistrements(flux)):
        if rang == 0 and code not in BOF:
            raise Refus(Motif.ENDOMMAGE)
        if code == EOF:
            return feuilles
        if code == BOUNDSHEET and len(donnees) > BOUNDSHEET_MIN:
            feuilles.append(_feuille(donnees))
        elif code == SUPBOOK:
            dde = SEPARATEUR_DDE in donnees[4:]
        elif code == EXTERNNAME and dde and not int.from_bytes(donnees[:2], "little") & EXTERNNAME_OLE:
            raise Refus(Motif.DDE)
    raise Refus(Motif.ENDOMMAGE)


def _feuille(donnees: bytes) -> int:
    position, _, genre = struct.unpack_from("<IBB", donnees)
    if genre & 0x0F in {FEUILLE_DE_MACROS, MODULE_VBA}:
        raise Refus(Motif.MACROS)
    return int(position)


def _verifier_la_feuille(flux: bytes, depart: int) -> None:
    """Une feuille commence par BOF et finit par EOF, graphiques imbriqués compris."""
    profondeur = 0
    for _, code, _ in enregistrements(flux, depart):
        profondeur += (code in BOF) - (code == EOF)
        if profondeur <= 0:
            if code != EOF:
                break
            return
    raise Refus(Motif.ENDOMMAGE)
