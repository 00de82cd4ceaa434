"""Une archive ZIP, lue sous contrainte : ce qui la rend dangereuse ou endommagée se voit avant d'en lire le sens."""

import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from depot.juge.verdicts import Motif, Refus

ENTREES_MAX = 2_000
PARTIE_MAX = 60_000_000
TOTAL_MAX = 300_000_000
RAPPORT_MAX = 500
RAPPORT_DES = 5_000_000
QUEUE_MAX = 1_024
MORCEAU = 1 << 16
FIN = b"PK\x05\x06"
TAILLE_FIN = 22
TAILLE_LOCAL = 30


def ouvrir(fichier: BinaryIO) -> zipfile.ZipFile:
    """L'archive, dont le sommaire est cohérent et sans démesure. Lève `Refus`."""
    _verifier_la_fin(fichier)
    try:
        archive = zipfile.ZipFile(fichier)
    except (zipfile.BadZipFile, struct.error, ValueError, NotImplementedError) as erreur:
        raise Refus(Motif.ENDOMMAGE) from erreur
    entrees = archive.infolist()
    if not entrees:
        raise Refus(Motif.ENDOMMAGE)
    _verifier_les_noms(entrees)
    _verifier_les_tailles(entrees)
    _verifier_les_places(fichier, entrees, archive.start_dir)
    return archive


def _verifier_la_fin(fichier: BinaryIO) -> None:
    taille = fichier.seek(0, 2)
    fichier.seek(max(0, taille - 65_536 - TAILLE_FIN))
    queue = fichier.read()
    position = queue.rfind(FIN)
    if position < 0 or len(queue) - position < TAILLE_FIN:
        raise Refus(Motif.ENDOMMAGE)
    (entrees,) = struct.unpack_from("<H", queue, position + 10)
    if entrees > ENTREES_MAX or len(queue) - position - TAILLE_FIN > QUEUE_MAX:
        raise Refus(Motif.STRUCTURE)


def _verifier_les_noms(entrees: list[zipfile.ZipInfo]) -> None:
    vus: set[str] = set()
    for entree in entrees:
        nom = entree.orig_filename
        if nom.startswith("/") or "\\" in nom or "\x00" in nom or ".." in nom.split("/") or nom[1:2] == ":":
            raise Refus(Motif.STRUCTURE)
        if stat.S_ISLNK(entree.external_attr >> 16) or nom.casefold() in vus:
            raise Refus(Motif.STRUCTURE)
        if entree.flag_bits & 1:
            raise Refus(Motif.CHIFFRE)
        vus.add(nom.casefold())


def _verifier_les_tailles(entrees: list[zipfile.ZipInfo]) -> None:
    if len(entrees) > ENTREES_MAX or sum(entree.file_size for entree in entrees) > TOTAL_MAX:
        raise Refus(Motif.STRUCTURE)
    for entree in entrees:
        demesuree = (
            entree.file_size > RAPPORT_DES and entree.file_size > RAPPORT_MAX * max(entree.compress_size, 1)
        ) or entree.file_size > PARTIE_MAX
        if demesuree or entree.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise Refus(Motif.STRUCTURE)


def _verifier_les_places(fichier: BinaryIO, entrees: list[zipfile.ZipInfo], sommaire: int) -> None:
    """Les parties se suivent sans se chevaucher, la première au premier octet."""
    rangees = sorted(entrees, key=lambda entree: entree.header_offset)
    if rangees[0].header_offset != 0:
        raise Refus(Motif.STRUCTURE)
    bornes = [entree.header_offset for entree in rangees[1:]] + [sommaire]
    for entree, borne in zip(rangees, bornes, strict=True):
        if _debut_des_donnees(fichier, entree) + entree.compress_size > borne:
            raise Refus(Motif.STRUCTURE)


def _debut_des_donnees(fichier: BinaryIO, entree: zipfile.ZipInfo) -> int:
    """Position des données ; l'en-tête local doit nommer la même partie que le sommaire."""
    fichier.seek(entree.header_offset)
    en_tete = fichier.read(TAILLE_LOCAL)
    if len(en_tete) < TAILLE_LOCAL or not en_tete.startswith(b"PK\x03\x04"):
        raise Refus(Motif.ENDOMMAGE)
    long_nom, long_extra = struct.unpack_from("<HH", en_tete, 26)
    nom = fichier.read(long_nom)
    attendu = entree.orig_filename.encode("utf-8" if entree.flag_bits & 0x800 else "cp437", errors="replace")
    if nom != attendu:
        raise Refus(Motif.ENDOMMAGE)
    return entree.header_offset + TAILLE_LOCAL + int(long_nom) + int(long_extra)


def morceaux(fichier: BinaryIO, entree: zipfile.ZipInfo) -> Iterator[bytes]:
    """Le contenu d'une partie, à mesure. Lève `Refus` si taille ou somme de contrôle mentent."""
    fichier.seek(_debut_des_donnees(fichier, entree))
    taille, somme = 0, 0
    for morceau in _gonfler(fichier, entree):
        taille += len(morceau)
        somme = zlib.crc32(morceau, somme)
        if taille > entree.file_size:
            raise Refus(Motif.STRUCTURE)
        yield morceau
    if taille != entree.file_size or somme != entree.CRC:
        raise Refus(Motif.ENDOMMAGE)


def _gonfler(fichier: BinaryIO, entree: zipfile.ZipInfo) -> Iterator[bytes]:
    reste = entree.compress_size
    gonfleur = zlib.decompressobj(-zlib.MAX_WBITS) if entree.compress_type == zipfile.ZIP_DEFLATED else None
    while reste:
        brut = fichier.read(min(MORCEAU, reste))
        if not brut:
            raise Refus(Motif.ENDOMMAGE)
        reste -= len(brut)
        position = fichier.tell()
        yield from _bornes(gonfleur, brut) if gonfleur else [brut]
        # La lecture d'une autre partie a pu déplacer le curseur entre deux morceaux.
        fichier.seek(position)
    if gonfleur:
        yield gonfleur.flush()


def _bornes(gonfleur: "zlib._Decompress", brut: bytes) -> Iterator[bytes]:
    while brut:
        try:
            morceau = gonfleur.decompress(brut, MORCEAU)
        except zlib.error as erreur:
            raise Refus(Motif.ENDOMMAGE) from erreur
        if morceau:
            yield morceau
        elif gonfleur.unconsumed_tail == brut:
            raise Refus(Motif.ENDOMMAGE)
        brut = gonfleur.unconsumed_tail
