"""Les documents composés OLE : .doc, .xls, et l'enveloppe chiffrée des formats récents."""

import io
import struct
from functools import lru_cache
from typing import BinaryIO

import msoffcrypto
import olefile
from msoffcrypto.exceptions import DecryptionError, FileFormatError, InvalidKeyError, ParseError
from msoffcrypto.method.ecma376_agile import ECMA376Agile
from olefile.olefile import DEFECT_INCORRECT

from depot.juge import biff
from depot.juge.verdicts import Motif, Refus, Type

# Mot de passe d'un classeur « protégé » sans qu'on en ait demandé : Excel l'ouvre sans rien dire.
PAR_DEFAUT = "VelvetSweatshop"
# Word 97 et suivants ; un document de Word 95 se redépose une fois enregistré à nouveau.
FIB_WORD = 0xA5EC
FIB_MIN = 0x200
CHIFFRE, TABLE_1 = 0x0100, 0x0200
ILLISIBLES = (OSError, IndexError, ValueError, struct.error, TypeError, AttributeError, KeyError)
OBJETS = "Le fichier contient des objets incorporés, qui ne sont pas lus."
QUEUE_MAX = 4_096
LIBRE = 0xFFFFFFFF
# msoffcrypto refait ses cent mille hachages pour vérifier le mot de passe qui vient de donner la clé.
ECMA376Agile._derive_iterated_hash_from_password = staticmethod(  # noqa: SLF001
    lru_cache(maxsize=1)(ECMA376Agile._derive_iterated_hash_from_password)  # noqa: SLF001
)


def ouvrir(fichier: BinaryIO) -> olefile.OleFileIO:
    try:
        return olefile.OleFileIO(fichier, raise_defects=DEFECT_INCORRECT)
    except ILLISIBLES as erreur:
        raise Refus(Motif.ENDOMMAGE) from erreur


def verifier_la_queue(ole: olefile.OleFileIO, taille: int) -> None:
    """Rien n'est caché après le dernier secteur employé."""
    dernier = max((rang for rang, suite in enumerate(ole.fat) if suite != LIBRE), default=0)
    if taille - (dernier + 2) * ole.sector_size > QUEUE_MAX:
        raise Refus(Motif.STRUCTURE)


def contient_vba(fichier: BinaryIO) -> bool:
    """Vrai si un document, même incorporé, porte un projet Visual Basic."""
    try:
        return _projet_vba(olefile.OleFileIO(fichier))
    except ILLISIBLES:
        return False


def _projet_vba(ole: olefile.OleFileIO) -> bool:
    return any(
        chemin[-1].lower() in {"_vba_project", "dir"} and len(chemin) > 1 and chemin[-2].lower() == "vba"
        for chemin in ole.listdir()
    )


def deprotege(fichier: BinaryIO) -> io.BytesIO:
    """Le fichier protégé par le mot de passe par défaut, en clair. Lève `Refus` si c'en est un autre."""
    clair = io.BytesIO()
    try:
        fichier.seek(0)
        document = msoffcrypto.OfficeFile(fichier)
        document.load_key(password=PAR_DEFAUT, verify_password=True)
        document.decrypt(clair)
    except (InvalidKeyError, DecryptionError, FileFormatError, ParseError, *ILLISIBLES) as erreur:
        raise Refus(Motif.CHIFFRE) from erreur
    return clair


def est_une_enveloppe(ole: olefile.OleFileIO) -> bool:
    return bool(ole.exists("EncryptedPackage"))


def juger(ole: olefile.OleFileIO, fichier: BinaryIO) -> tuple[Type, tuple[str, ...]]:
    """Type et avis d'un .doc ou d'un .xls sain. Lève `Refus`."""
    classeur = next((nom for nom in ("Workbook", "Book") if ole.exists(nom)), "")
    if not classeur and not ole.exists("WordDocument"):
        raise _refus_de_type(ole)
    if _projet_vba(ole):
        raise Refus(Motif.MACROS)
    if classeur:
        _juger_classeur(ole, fichier, classeur)
        type_ = Type.XLS
    else:
        _juger_word(ole)
        type_ = Type.DOC
    avis = (OBJETS,) if any(chemin[-1].lower() == "\x01ole10native" for chemin in ole.listdir()) else ()
    return type_, avis


def _refus_de_type(ole: olefile.OleFileIO) -> Refus:
    if ole.exists("PowerPoint Document"):
        return Refus(Motif.TYPE, "document PowerPoint")
    if ole.exists("__properties_version1.0"):
        return Refus(Motif.TYPE, "message Outlook")
    return Refus(Motif.ENDOMMAGE)


def flux(ole: olefile.OleFileIO, nom: str) -> bytes:
    """Le contenu d'un flux nommé. Lève `Refus` s'il ne se lit pas en entier."""
    try:
        with ole.openstream(nom) as ouvert:
            contenu = ouvert.read()
    except ILLISIBLES as erreur:
        raise Refus(Motif.ENDOMMAGE) from erreur
    return bytes(contenu)


def _juger_classeur(ole: olefile.OleFileIO, fichier: BinaryIO, nom: str) -> None:
    contenu = flux(ole, nom)
    if biff.est_chiffre(contenu):
        with ouvrir(deprotege(fichier)) as clair:
            contenu = flux(clair, nom)
    biff.juger(contenu)


def _juger_word(ole: olefile.OleFileIO) -> None:
    """L'en-tête (FIB) est celui de Word, et la table qu'il désigne contient la description du texte."""
    document = flux(ole, "WordDocument")
    if len(document) < FIB_MIN:
        raise Refus(Motif.ENDOMMAGE)
    magie, drapeaux = struct.unpack_from("<H", document)[0], struct.unpack_from("<H", document, 0x0A)[0]
    if magie != FIB_WORD:
        raise Refus(Motif.ENDOMMAGE)
    if drapeaux & CHIFFRE:
        raise Refus(Motif.CHIFFRE)
    debut, fin = struct.unpack_from("<II", document, 0x18)
    table = "1Table" if drapeaux & TABLE_1 else "0Table"
    position, longueur = struct.unpack_from("<II", document, 0x01A2)
    if not ole.exists(table) or not longueur or position + longueur > len(flux(ole, table)):
        raise Refus(Motif.ENDOMMAGE)
    if debut > len(document) or fin > len(document):
        raise Refus(Motif.ENDOMMAGE)
    _chercher_dde(document)


def _chercher_dde(document: bytes) -> None:
    """Un champ DDE commence par le caractère 0x13, en un octet ou en deux par caractère."""
    for texte in (b"\x13", b"\x13\x00"):
        position = document.find(texte)
        while position >= 0:
            suite = document[position + len(texte) : position + 40].replace(b"\x00", b"").lstrip()
            if suite[:3].upper() == b"DDE" and (suite[3:4] in b' \\"' or suite[:7].upper() == b"DDEAUTO"):
                raise Refus(Motif.DDE)
            position = document.find(texte, position + 1)
