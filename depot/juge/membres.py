"""Ce qu'un document renferme, pour que l'antivirus le voie à nu : parties d'archive, flux OLE, flux de PDF.

ClamAV ne voit ni une pièce jointe compressée d'un PDF, ni la fin d'une partie plus grande que ses limites.
"""

import io
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import pikepdf

from depot.juge import archives, biff, ole, signatures
from depot.juge.signatures import Contenant
from depot.juge.verdicts import Refus

Membre = tuple[str, Iterator[bytes]]
MORCEAU = 1 << 18
# Les flux ordinaires d'un PDF se comptent par centaines : l'antivirus les lit par paquets de cette taille.
PAQUET = 16_000_000
FLUX_MAX = 250_000_000
PROFONDEUR_MAX = 3


def extraire(chemin: Path) -> Iterator[Membre]:
    """Chaque membre, à consommer avant le suivant. Lève `Refus` ou l'erreur de la bibliothèque si la lecture échoue."""
    with chemin.open("rb") as fichier:
        yield from _ouvrir(fichier, 0)


def _ouvrir(fichier: BinaryIO, profondeur: int) -> Iterator[Membre]:
    fichier.seek(0)
    match signatures.contenant(fichier.read(signatures.TETE)):
        case Contenant.ZIP:
            yield from _archive(fichier, profondeur)
        case Contenant.OLE:
            yield from _ole(fichier, profondeur)
        case Contenant.PDF:
            yield from _pdf(fichier)


def _archive(fichier: BinaryIO, profondeur: int) -> Iterator[Membre]:
    for entree in archives.ouvrir(fichier).infolist():
        if entree.is_dir():
            continue
        flux = archives.morceaux(fichier, entree)
        debut = next(flux, b"")
        if signatures.contenant(debut[: signatures.TETE]) is None or profondeur >= PROFONDEUR_MAX:
            yield entree.filename, _a_la_suite(debut, flux)
            continue
        contenu = debut + b"".join(flux)
        yield entree.filename, iter([contenu])
        yield from _dedans(entree.filename, contenu, profondeur)


def _a_la_suite(debut: bytes, flux: Iterator[bytes]) -> Iterator[bytes]:
    yield debut
    yield from flux


def _dedans(nom: str, contenu: bytes, profondeur: int) -> Iterator[Membre]:
    """Les membres d'un document incorporé ; s'il ne s'ouvre pas, l'antivirus l'a déjà vu tel quel."""
    try:
        for interieur, flux in _ouvrir(io.BytesIO(contenu), profondeur + 1):
            yield f"{nom}/{interieur}", flux
    except (Refus, OSError, pikepdf.PdfError):
        return


def _ole(fichier: BinaryIO, profondeur: int) -> Iterator[Membre]:
    with ole.ouvrir(fichier) as document:
        if ole.est_une_enveloppe(document):
            clair = ole.deprotege(fichier).getvalue()
            yield "document déprotégé", iter([clair])
            yield from _ouvrir(io.BytesIO(clair), profondeur + 1)
            return
        for chemin in document.listdir():
            contenu = ole.flux(document, "/".join(chemin))
            yield "/".join(chemin), iter([contenu])
            if chemin[-1] in {"Workbook", "Book"} and biff.est_chiffre(contenu):
                yield f"{chemin[-1]} déprotégé", iter([ole.deprotege(fichier).getvalue()])


def _pdf(fichier: BinaryIO) -> Iterator[Membre]:
    """Chaque pièce jointe à part, les autres flux par paquets ; une image n'est pas dépliée."""
    paquet = bytearray()
    with pikepdf.open(fichier, suppress_warnings=True) as document:
        for objet in document.objects:
            if not isinstance(objet, pikepdf.Stream) or objet.get("/Subtype") == "/Image":
                continue
            contenu = _deplier(objet)
            if objet.get("/Type") == "/EmbeddedFile" or len(contenu) > PAQUET:
                yield "pièce jointe", iter([contenu])
                continue
            paquet += contenu + b"\n"
            if len(paquet) > PAQUET:
                yield "flux du PDF", iter([bytes(paquet)])
                paquet.clear()
    if paquet:
        yield "flux du PDF", iter([bytes(paquet)])


def _deplier(flux: Any) -> bytes:
    """Le flux en clair ; abîmé, ce qui s'en lit, comme le font les lecteurs de PDF."""
    if str(flux.get("/Filter")) in {"/FlateDecode", "[/FlateDecode]"}:
        gonfleur = zlib.decompressobj()
        try:
            return gonfleur.decompress(flux.read_raw_bytes(), FLUX_MAX)
        except zlib.error:
            return bytes(flux.read_raw_bytes())
    try:
        return bytes(flux.read_bytes())
    except pikepdf.PdfError:
        return bytes(flux.read_raw_bytes())
