"""Les formats faits d'une archive de parties XML : Office Open XML (.xlsx, .docx) et OpenDocument (.ods, .odt)."""

import io
import posixpath
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from depot.juge import archives, balisage, signatures
from depot.juge.balisage import Relation, Releve
from depot.juge.ole import contient_vba
from depot.juge.verdicts import Motif, Refus, Type

CONTENUS = "[Content_Types].xml"
LIENS = "_rels/.rels"
TYPES_OOXML = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": Type.XLSX,
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml": Type.DOCX,
}
RACINES = {Type.XLSX: "workbook", Type.DOCX: "document"}
TYPES_ODF = {
    b"application/vnd.oasis.opendocument.spreadsheet": Type.ODS,
    b"application/vnd.oasis.opendocument.text": Type.ODT,
}
# Classeurs et documents qui ne sont pas de ceux qu'on attend, par un mot de leur type de contenu.
AUTRES_OOXML = {"presentationml": "document PowerPoint", "template": "modèle", "binary": "classeur Excel binaire"}
MACROS_OOXML = ("vbaproject", "macrosheet", "xlmacrosheet", "xlintlmacrosheet", "vbadata")
# Ce que LibreOffice écrit dans Basic/ même sans le moindre module.
SANS_MODULE = ("script-lc.xml", "dialog-lc.xml", "script-lb.xml", "dialog-lb.xml")
XML = (".xml", ".rels", ".vml")
PAQUET_IMBRIQUE_MAX = 20_000_000
LIE = "Le fichier contient des liens vers d'autres fichiers ou une image d'un autre site."
MODELE_DU_RESEAU = "Le fichier s'appuie sur un modèle placé sur un réseau interne."


@dataclass
class Paquet:
    """Le contenu relevé d'un paquet : ses parties XML lues, et ce que sont les autres."""

    releves: dict[str, Releve] = field(default_factory=dict)
    debuts: dict[str, bytes] = field(default_factory=dict)

    def relations(self) -> Iterator[Relation]:
        for releve in self.releves.values():
            yield from releve.relations

    def releve(self, nom: str) -> Releve | None:
        return self.releves.get(nom.lower())


def juger(fichier: BinaryIO, *, imbrique: bool = False) -> tuple[Type, tuple[str, ...]]:
    """Type et avis d'un paquet sain. Lève `Refus`."""
    archive = archives.ouvrir(fichier)
    noms = {entree.filename.lower() for entree in archive.infolist()}
    if CONTENUS.lower() in noms:
        paquet = _lire(fichier, archive, imbrique=imbrique)
        return _juger_ooxml(paquet), _avis(paquet)
    if "mimetype" in noms:
        return _juger_odf(fichier, archive, imbrique=imbrique)
    if LIENS in noms or "content.xml" in noms:
        raise Refus(Motif.ENDOMMAGE)
    raise Refus(Motif.TYPE, "fichier compressé")


def _lire(fichier: BinaryIO, archive: zipfile.ZipFile, *, imbrique: bool) -> Paquet:
    """Lit toutes les parties, une fois, jusqu'à leur somme de contrôle."""
    paquet = Paquet()
    for entree in archive.infolist():
        if entree.is_dir():
            continue
        nom = entree.filename.lower()
        flux = archives.morceaux(fichier, entree)
        if nom.endswith(XML):
            paquet.releves[nom] = balisage.lire(flux)
        else:
            paquet.debuts[nom] = _autre_partie(flux, entree, imbrique=imbrique)
    return paquet


def _autre_partie(flux: Iterator[bytes], entree: zipfile.ZipInfo, *, imbrique: bool) -> bytes:
    """Début d'une partie binaire, examinée si elle cache un document ou un programme."""
    debut = next(flux, b"")
    if debut.startswith(signatures.PROGRAMMES):
        raise Refus(Motif.STRUCTURE)
    if not debut.startswith((signatures.OLE, signatures.ZIP)):
        for _ in flux:
            pass
        return debut[:200]
    if entree.file_size > PAQUET_IMBRIQUE_MAX:
        raise Refus(Motif.STRUCTURE)
    contenu = io.BytesIO(debut + b"".join(flux))
    if debut.startswith(signatures.OLE):
        if contient_vba(contenu):
            raise Refus(Motif.MACROS)
    elif imbrique:
        raise Refus(Motif.STRUCTURE)
    else:
        _juger_imbrique(contenu)
    return debut[:200]


def _juger_imbrique(contenu: BinaryIO) -> None:
    """Un classeur derrière un graphique est honnête ; une archive dans un document ne l'est pas."""
    try:
        juger(contenu, imbrique=True)
    except Refus as refus:
        if refus.motif is Motif.TYPE:
            raise Refus(Motif.STRUCTURE) from refus
        raise


def _juger_ooxml(paquet: Paquet) -> Type:
    contenus, liens = paquet.releve(CONTENUS), paquet.releve(LIENS)
    if not contenus or not contenus.bien_formee or not liens or not liens.bien_formee:
        raise Refus(Motif.ENDOMMAGE)
    principale = next((lien.cible for lien in liens.relations if lien.type == "officeDocument"), "")
    principale = posixpath.normpath("/" + principale.lstrip("/")).lower()
    contenu = contenus.types.get(principale) or contenus.types.get(".xml", "")
    if "macroenabled" in contenu.lower():
        raise Refus(Motif.MACROS)
    if contenu not in TYPES_OOXML:
        raise _refus_de_type(contenu)
    type_ = TYPES_OOXML[contenu]
    releve = paquet.releve(principale.removeprefix("/"))
    if not releve or not releve.bien_formee or releve.racine != RACINES[type_]:
        raise Refus(Motif.ENDOMMAGE)
    _verifier_les_macros(paquet, contenus)
    _verifier_les_liens(paquet, posixpath.dirname(principale), type_)
    return type_


def _refus_de_type(contenu: str) -> Refus:
    for mot, nom in AUTRES_OOXML.items():
        if mot in contenu.lower():
            return Refus(Motif.TYPE, nom)
    return Refus(Motif.ENDOMMAGE)


def _verifier_les_macros(paquet: Paquet, contenus: Releve) -> None:
    dits = [valeur.lower() for valeur in contenus.types.values()]
    dits += [nom.rpartition("/")[2] for nom in (*paquet.debuts, *paquet.releves)]
    dits += [lien.type.lower() for lien in paquet.relations()]
    if any(mot in dit for dit in dits for mot in MACROS_OOXML):
        raise Refus(Motif.MACROS)


def _verifier_les_liens(paquet: Paquet, dossier: str, type_: Type) -> None:
    if any(releve.dde for releve in paquet.releves.values()):
        raise Refus(Motif.DDE)
    for lien in paquet.relations():
        if lien.type == "attachedTemplate" and lien.externe and lien.cible.lower().startswith(("http", "ftp")):
            raise Refus(Motif.MODELE_DISTANT)
    # Feuilles et chaînes d'un classeur : Excel n'ouvre pas un classeur dont l'une est brisée.
    for nom, releve in paquet.releves.items():
        if type_ is Type.XLSX and f"/{nom}".startswith(f"{dossier}/worksheets/") and not releve.bien_formee:
            raise Refus(Motif.ENDOMMAGE)
    _verifier_les_feuilles(paquet, dossier, type_)


def _verifier_les_feuilles(paquet: Paquet, dossier: str, type_: Type) -> None:
    """Chaque feuille que nomme le classeur est là."""
    if type_ is not Type.XLSX:
        return
    presentes = {f"/{nom}" for nom in (*paquet.releves, *paquet.debuts)}
    for nom, releve in paquet.releves.items():
        if f"/{nom}".startswith(f"{dossier}/_rels/workbook"):
            for lien in releve.relations:
                if lien.type == "worksheet" and posixpath.join(dossier, lien.cible).lower() not in presentes:
                    raise Refus(Motif.ENDOMMAGE)


def _avis(paquet: Paquet) -> tuple[str, ...]:
    avis = []
    externes = [lien for lien in paquet.relations() if lien.externe]
    if any(lien.type in {"oleObject", "externalLinkPath", "image", "frame", "subDocument"} for lien in externes):
        avis.append(LIE)
    if any(lien.type == "attachedTemplate" and _est_du_reseau(lien.cible) for lien in externes):
        avis.append(MODELE_DU_RESEAU)
    return tuple(avis)


def _est_du_reseau(cible: str) -> bool:
    return cible.lower().removeprefix("file:").replace("\\", "/").startswith("//") and not cible.startswith("file:///")


def _juger_odf(fichier: BinaryIO, archive: zipfile.ZipFile, *, imbrique: bool) -> tuple[Type, tuple[str, ...]]:
    declare = b"".join(archives.morceaux(fichier, archive.getinfo("mimetype")))[:200].strip()
    paquet = _lire(fichier, archive, imbrique=imbrique)
    if declare not in TYPES_ODF:
        raise Refus(Motif.TYPE, "modèle" if b"template" in declare else "document LibreOffice d'un autre genre")
    manifeste, contenu = paquet.releve("meta-inf/manifest.xml"), paquet.releve("content.xml")
    if manifeste and manifeste.chiffre:
        raise Refus(Motif.CHIFFRE)
    if not contenu or not contenu.bien_formee or contenu.racine != "document-content":
        raise Refus(Motif.ENDOMMAGE)
    for nom in paquet.releves | paquet.debuts:
        if (nom.startswith("basic/") and not nom.endswith(SANS_MODULE)) or nom.startswith("scripts/"):
            raise Refus(Motif.MACROS)
    if any(releve.dde for releve in paquet.releves.values()):
        raise Refus(Motif.DDE)
    return TYPES_ODF[declare], ()
