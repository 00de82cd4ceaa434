"""Documents faits pour les essais : honnêtes, puis abîmés ou piégés à la main."""

import io
import zipfile

import docx
import openpyxl
import pikepdf
from django.core.files.uploadedfile import SimpleUploadedFile


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
                cible.writestr(nom, octets)
    return sortie.getvalue()


def odf(type_="spreadsheet", parties: dict[str, bytes] | None = None) -> bytes:
    corps = b'<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"/>'
    base = {"mimetype": f"application/vnd.oasis.opendocument.{type_}".encode(), "content.xml": corps}
    return archive(base | (parties or {}))


def envoi(contenu: bytes, nom: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(nom, contenu)
