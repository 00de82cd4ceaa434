"""Les PDF : arbre des pages, actions, pièces jointes, flux gonflés sous contrainte."""

import mmap
import zlib
from pathlib import Path
from typing import Any

import pikepdf

from depot.juge import signatures
from depot.juge.verdicts import Motif, Refus

PAGES_MAX = 5_000
OBJETS_MAX = 500_000
PROFONDEUR_MAX = 60
FLUX_MAX = 250_000_000
# Passé cette taille, rien d'honnête ne se comprime autant, sauf une image : une page blanche touche au maximum de zlib.
RAPPORT_DES, RAPPORT_MAX, RAPPORT_D_UNE_IMAGE = 20_000_000, 500, 2_000
TOTAL_MAX = 1_000_000_000
MORCEAU = 1 << 20
QUEUE_MAX = 8_192
FIN = b"%%EOF"
SCRIPTS = frozenset({"/JavaScript", "/Rendition", "/RichMediaExecute"})
# Une action lancée sans un geste de la personne n'a que le droit de choisir une page.
ANODINES = frozenset({"/GoTo", "/Named"})
LANCEMENTS = frozenset({"/Launch", "/ImportData"})


def juger(chemin: Path) -> None:
    """Lève `Refus` si le PDF ne s'ouvre pas sans réparation ou contient plus que des pages."""
    # Projeté plutôt que lu : seules ses deux extrémités viennent en mémoire.
    with chemin.open("rb") as fichier, mmap.mmap(fichier.fileno(), 0, access=mmap.ACCESS_READ) as contenu:
        _verifier_les_bords(contenu)
    try:
        with pikepdf.open(chemin, suppress_warnings=True) as document:
            pages = _compter_les_pages(document)
            if not 0 < pages <= PAGES_MAX:
                raise Refus(Motif.ENDOMMAGE)
            _parcourir(document)
    except pikepdf.PasswordError as erreur:
        raise Refus(Motif.CHIFFRE) from erreur
    except (pikepdf.PdfError, pikepdf.ForeignObjectError, RecursionError) as erreur:
        raise Refus(Motif.ENDOMMAGE) from erreur


def _verifier_les_bords(contenu: mmap.mmap) -> None:
    """Rien d'étranger avant l'en-tête, rien de caché après la fin."""
    avant = contenu[: contenu.find(signatures.PDF)]
    if avant and (signatures.etranger(avant) or b"<script" in avant.lower()):
        raise Refus(Motif.STRUCTURE)
    fin = contenu.rfind(FIN)
    if fin < 0:
        raise Refus(Motif.ENDOMMAGE)
    queue = contenu[fin + len(FIN) :].strip(b"\x00 \t\r\n")
    if len(queue) > QUEUE_MAX or queue.startswith((signatures.ZIP, *signatures.PROGRAMMES)):
        raise Refus(Motif.STRUCTURE)
    # Une archive qui suit le PDF lui fait deux lectures : le sommaire d'une archive est à la toute fin.
    if b"PK\x05\x06" in contenu[-65_557:] and b"PK\x01\x02" in contenu[-65_557:]:
        raise Refus(Motif.STRUCTURE)


def _compter_les_pages(document: pikepdf.Pdf) -> int:
    try:
        return len(document.pages)
    except (RuntimeError, ValueError, AttributeError, KeyError) as erreur:
        raise Refus(Motif.ENDOMMAGE) from erreur


def _parcourir(document: pikepdf.Pdf) -> None:
    racine: Any = document.Root
    if "/XFA" in (racine.get("/AcroForm") or {}) or racine.get("/NeedsRendering"):
        raise Refus(Motif.SCRIPT_PDF)
    _declenchee(racine.get("/OpenAction"))
    if len(document.objects) > OBJETS_MAX:
        raise Refus(Motif.STRUCTURE)
    total = 0
    for objet in document.objects:
        _examiner(objet, 0)
        if isinstance(objet, pikepdf.Stream):
            total += _gonfler(objet)
            if total > TOTAL_MAX:
                raise Refus(Motif.STRUCTURE)


def _examiner(objet: Any, profondeur: int) -> None:
    """Visite un objet et ce qu'il contient en propre ; ce qu'il désigne est visité à son tour par l'appelant."""
    if profondeur > PROFONDEUR_MAX:
        raise Refus(Motif.STRUCTURE)
    if isinstance(objet, pikepdf.Dictionary | pikepdf.Stream):
        _examiner_dictionnaire(objet)
        enfants = [valeur for cle, valeur in objet.items() if cle != "/Parent"]
    elif isinstance(objet, pikepdf.Array):
        enfants = list(objet)
    else:
        return
    for enfant in enfants:
        if isinstance(enfant, pikepdf.Dictionary | pikepdf.Array) and not enfant.is_indirect:
            _examiner(enfant, profondeur + 1)


def _examiner_dictionnaire(objet: Any) -> None:
    action = str(objet.get("/S", ""))
    if action in LANCEMENTS:
        raise Refus(Motif.SCRIPT_PDF)
    if action in SCRIPTS or "/JS" in objet or "/JavaScript" in objet:
        raise Refus(Motif.SCRIPT_PDF)
    if "/EmbeddedFiles" in objet or "/EF" in objet or objet.get("/Type") == "/EmbeddedFile":
        raise Refus(Motif.PIECES_JOINTES)
    declencheurs = objet.get("/AA")
    if isinstance(declencheurs, pikepdf.Dictionary):
        for declencheur in declencheurs.values():
            _declenchee(declencheur)


def _declenchee(action: Any) -> None:
    if isinstance(action, pikepdf.Dictionary):
        genre = str(action.get("/S", ""))
        if genre and genre not in ANODINES:
            raise Refus(Motif.SCRIPT_PDF)


def _gonfler(flux: pikepdf.Stream) -> int:
    """Octets d'un flux une fois gonflé, zéro pour une image : un lecteur ne les déplie pas toutes à la fois."""
    filtres = flux.get("/Filter")
    premiers = [str(filtre) for filtre in filtres] if isinstance(filtres, pikepdf.Array) else [str(filtres)]
    if premiers[:1] != ["/FlateDecode"]:
        return 0
    est_une_image = flux.get("/Subtype") == "/Image"
    taille = _taille_gonflee(flux.read_raw_bytes(), RAPPORT_D_UNE_IMAGE if est_une_image else RAPPORT_MAX)
    return 0 if est_une_image else taille


def _taille_gonflee(brut: bytes, rapport_max: int) -> int:
    """Compte sans garder ; un flux abîmé compte ce qui s'en lit, comme le font les lecteurs de PDF.

    Lève `Refus` dès que le flux passe la taille permise, ou se gonfle plus que rien d'honnête ne le ferait.
    """
    gonfleur, taille, reste = zlib.decompressobj(), 0, brut
    while reste:
        try:
            morceau = gonfleur.decompress(reste, MORCEAU)
        except zlib.error:
            break
        if not morceau and gonfleur.unconsumed_tail == reste:
            break
        taille += len(morceau)
        reste = gonfleur.unconsumed_tail
        if taille > FLUX_MAX or taille > max(RAPPORT_DES, rapport_max * (len(brut) - len(reste))):
            raise Refus(Motif.STRUCTURE)
    return taille
