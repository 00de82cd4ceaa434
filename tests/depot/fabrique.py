"""Documents faits pour les essais : honnêtes, puis abîmés ou piégés à la main."""

import io
import struct
import zipfile

import docx
import openpyxl
import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile
from msoffcrypto.format.ooxml import OOXMLFile

from depot.classeur import exemples


def classeur() -> bytes:
    livre, sortie = openpyxl.Workbook(), io.BytesIO()
    livre.active.append(["Enfants suivis", 42])
    livre.save(sortie)
    return sortie.getvalue()


def document_word() -> bytes:
    texte, sortie = docx.Document(), io.BytesIO()
    texte.add_paragraph("Rapport d'activité")
    texte.save(sortie)
    return sortie.getvalue()


def pdf(preparer=lambda document: None, **options) -> bytes:
    """Un PDF d'une page ; `preparer` le modifie avant l'enregistrement."""
    sortie = io.BytesIO()
    with pikepdf.new() as document:
        document.add_blank_page()
        preparer(document)
        document.save(sortie, **options)
    return sortie.getvalue()


def retouche(paquet: bytes, parties: dict[str, bytes | None]) -> bytes:
    """L'archive, dont les parties nommées sont remplacées, ajoutées, ou retirées si None."""
    return archive(contenu(paquet) | parties)


def contenu(paquet: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(paquet)) as source:
        return {entree.filename: source.read(entree) for entree in source.infolist()}


def archive(parties: dict[str, bytes | None]) -> bytes:
    sortie = io.BytesIO()
    with zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED) as cible:
        for nom, octets in parties.items():
            if octets is not None:
                # Un lecteur d'OpenDocument reconnaît le fichier à son premier membre, gardé en clair.
                cible.writestr(nom, octets, zipfile.ZIP_STORED if nom == "mimetype" else None)
    return sortie.getvalue()


def odf(type_="spreadsheet", parties: dict[str, bytes] | None = None) -> bytes:
    corps = b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>'
    base = {"mimetype": f"application/vnd.oasis.opendocument.{type_}".encode(), "content.xml": corps}
    return archive(base | (parties or {}))


def envoi(contenu: bytes, nom: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(nom, contenu)


SECTEUR = 512


def ole(flux: dict[str, bytes]) -> bytes:
    """Un document composé : une table, un répertoire, et chaque flux en secteurs pleins (4 096 octets au moins)."""
    fat, corps, entrees = [0xFFFFFFFD], b"", []
    nombre = len(flux) + 1
    secteurs_repertoire = -(-nombre * 128 // SECTEUR)
    fat += [*range(2, secteurs_repertoire + 1), 0xFFFFFFFE]
    for contenu in flux.values():
        donnees = contenu.ljust(4096, b"\0")
        donnees += bytes(-len(donnees) % SECTEUR)
        debut, taille = len(fat), len(donnees) // SECTEUR
        fat += [*range(debut + 1, debut + taille), 0xFFFFFFFE]
        entrees.append((debut, len(donnees)))
        corps += donnees
    fat += [0xFFFFFFFF] * (SECTEUR // 4 - len(fat))
    repertoire = _entree("Root Entry", 5, fils=1)
    for rang, (nom, (debut, longueur)) in enumerate(zip(flux, entrees, strict=True), 1):
        repertoire += _entree(nom, 2, debut=debut, taille=longueur, suivant=rang + 1 if rang < len(flux) else None)
    repertoire = repertoire.ljust(secteurs_repertoire * SECTEUR, b"\0")
    en_tete = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    en_tete += struct.pack("<IIIIIIIII", 0, 1, 1, 0, 4096, 0xFFFFFFFE, 0, 0xFFFFFFFE, 0)
    en_tete += struct.pack("<I", 0) + b"\xff" * 432
    return en_tete + struct.pack("<128I", *fat) + repertoire + corps


def _entree(nom: str, genre: int, *, debut=0xFFFFFFFE, taille=0, suivant=None, fils=None) -> bytes:
    libre = 0xFFFFFFFF
    entree = nom.encode("utf-16-le").ljust(64, b"\0") + struct.pack("<HBB", len(nom) * 2 + 2, genre, 1)
    entree += struct.pack("<III", libre, libre if suivant is None else suivant, libre if fils is None else fils)
    return entree + bytes(36) + struct.pack("<IQ", debut, taille)


def word97(drapeaux=0x0200, texte=b"", table=b"x" * 4096) -> bytes:
    """Un .doc réduit à son en-tête (FIB), son texte et sa table."""
    fib = bytearray(0x200)
    struct.pack_into("<H", fib, 0, 0xA5EC)
    struct.pack_into("<H", fib, 0x0A, drapeaux)
    struct.pack_into("<II", fib, 0x18, 0x200, 0x200 + len(texte))
    struct.pack_into("<II", fib, 0x01A2, 0, 21)
    return ole({"WordDocument": bytes(fib) + texte, "1Table": table})


def chiffre(paquet: bytes, mot_de_passe: str) -> bytes:
    sortie = io.BytesIO()
    OOXMLFile(io.BytesIO(paquet)).encrypt(mot_de_passe, sortie)
    return sortie.getvalue()


def ods(feuilles: dict[str, list[list[object]]]) -> bytes:
    """Un classeur OpenDocument : des nombres et des textes, ligne à ligne."""
    tables = "".join(
        f'<table:table table:name="{nom}">{"".join(_ligne_ods(ligne) for ligne in lignes)}</table:table>'
        for nom, lignes in feuilles.items()
    )
    espaces = " ".join(
        f'xmlns:{nom}="urn:oasis:names:tc:opendocument:xmlns:{nom}:1.0"' for nom in ("office", "table", "text")
    )
    contenu = (
        f'<office:document-content {espaces} office:version="1.2"><office:body><office:spreadsheet>{tables}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifeste = (
        b'<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        b'<manifest:file-entry manifest:full-path="/" '
        b'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>'
    )
    return odf(parties={"content.xml": contenu.encode(), "META-INF/manifest.xml": manifeste})


def _ligne_ods(valeurs: list[object]) -> str:
    cellules = [
        f'<table:table-cell office:value-type="float" office:value="{valeur}"/>'
        if isinstance(valeur, float)
        else f'<table:table-cell office:value-type="string"><text:p>{valeur}</text:p></table:table-cell>'
        for valeur in valeurs
    ]
    return f"<table:table-row>{''.join(cellules) or '<table:table-cell/>'}</table:table-row>"


def rapport(part: float = 1.0, themes=exemples.CAMSP, **reponses: object) -> bytes:
    """Un rapport quantitatif rempli ; `file_active__total=3` change la réponse de code « file_active.total »."""
    remplies = exemples.remplir(themes, "Structure d'essai", part)
    remplies |= {code.replace("__", "."): valeur for code, valeur in reponses.items()}
    dites = {code: valeur for code, valeur in remplies.items() if valeur is not None}
    return exemples.composer(themes, 2026, dites)
