"""Les premiers octets d'un fichier."""

import re
from enum import StrEnum

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = b"PK\x03\x04"
PDF = b"%PDF-"
TETE = 1024


class Contenant(StrEnum):
    OLE = "ole"
    ZIP = "zip"
    PDF = "pdf"


PROGRAMMES = (b"MZ", b"\x7fELF", b"\xca\xfe\xba\xbe", b"\xcf\xfa\xed\xfe")
ETRANGERS: tuple[tuple[bytes, str], ...] = (
    *((signature, "programme") for signature in PROGRAMMES),
    (b"#!", "programme"),
    (b"<?php", "programme"),
    (b"/*", "programme"),
    (b"\x89PNG", "fichier image"),
    (b"\xff\xd8\xff", "fichier image"),
    (b"GIF8", "fichier image"),
    (b"BM", "fichier image"),
    (b"II*\x00", "fichier image"),
    (b"MM\x00*", "fichier image"),
    (b"Rar!", "fichier compressé"),
    (b"7z\xbc\xaf", "fichier compressé"),
    (b"\x1f\x8b", "fichier compressé"),
    (b"BZh", "fichier compressé"),
    (b"PK", "fichier compressé"),
    (b"{\\rtf", "document RTF"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", "raccourci"),
    (b"[InternetShortcut]", "raccourci"),
    (b"bplist", "raccourci vers un fichier en ligne"),
)
BALISES = re.compile(rb"<\s*(!doctype\s+html|html|head|body|script|svg|iframe)", re.IGNORECASE)
BLANCS = b"\xef\xbb\xbf \t\r\n\x00\x0c"


def contenant(tete: bytes) -> Contenant | None:
    """Ce que disent les 1 024 premiers octets, ou None si ce n'est rien d'attendu."""
    if tete.startswith(OLE):
        return Contenant.OLE
    if tete.startswith(ZIP):
        return Contenant.ZIP
    return Contenant.PDF if PDF in tete[:TETE] else None


def etranger(tete: bytes) -> str:
    """Nom courant d'un contenu reconnu mais non attendu ; vide s'il est inconnu."""
    debut = tete.lstrip(BLANCS)
    for signature, nom in ETRANGERS:
        if tete.startswith(signature) or debut.startswith(signature):
            return nom
    if BALISES.search(tete[:TETE]):
        return "fichier HTML"
    if debut.startswith(b"<?xml"):
        return "fichier XML"
    return ""


def est_texte(tete: bytes) -> bool:
    try:
        tete[:-4].decode() if len(tete) >= TETE else tete.decode()
    except UnicodeDecodeError:
        return False
    return bool(tete.strip()) and b"\x00" not in tete
