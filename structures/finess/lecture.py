"""Reconnaître un fichier FINESS à son contenu, et le juger entier avant d'en rien lire : intégrité, encodage, SHA-256.

`classique.lire` et `plus.lire` en donnent ensuite les établissements, un à un.
"""

import codecs
import gzip
import hashlib
import re
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import Enum
from pathlib import Path
from typing import IO, cast

BLOC = 1 << 18
# Part des octets accentués qui doivent être du français pour croire à du cp1252.
PART_DU_FRANCAIS = 0.95
_GZIP = b"\x1f\x8b"
_ASCII = bytes(range(128))
# Octets de cp1252 que le français emploie : lettres accentuées, œ, €, guillemets, tirets, apostrophe, °, ².
_FRANCAIS_EN_CP1252 = set("àâäçèéêëîïôöùûüÿñÀÂÄÇÈÉÊËÎÏÔÖÙÛÜŸÑœŒæÆ€«»–—‘’“”…°²³·ºª´¨\u00a0\u00ad".encode("cp1252"))
_CLE_D_UN_ETABLISSEMENT = b'"numFinessEge"'
_DATE_DANS_UN_NOM = re.compile(r"(20\d{2})-?(\d{2})-?(\d{2})")
_UTF8_LU_COMME_CP1252 = re.compile(rb"\xc3[\x80-\xbf]")
_UTF8_ENCODE_DEUX_FOIS = re.compile(rb"\xc3\x83\xc2[\x80-\xbf]")


class FichierRefuse(Exception):
    """Le fichier entier ne vaut rien ; le message le dit en une phrase."""


class Format(Enum):
    CLASSIQUE = "classique"
    PLUS = "FINESS+"


@dataclass(frozen=True)
class Examen:
    """`lignes` est ce qu'il y a à lire, pour la progression : des lignes de texte, ou des établissements de FINESS+."""

    chemin: Path
    compresse: bool
    format: Format
    encodage: str
    lignes: int
    sha256: str
    date: date | None


def examiner(chemin: Path, nom: str = "") -> Examen:
    """Parcourt le fichier entier. Lève `FichierRefuse` s'il est vide, tronqué, d'un autre format ou mal encodé.

    `nom` est celui du fichier d'origine : FINESS+ ne dit sa date que là.
    """
    with chemin.open("rb") as fichier:
        compresse = fichier.read(2) == _GZIP
    try:
        with _ouvrir(chemin, compresse=compresse) as fichier:
            debut = fichier.read(200)
        if _est_du_json(debut):
            reconnu, encodage = Format.PLUS, "utf-8"
            lignes, jour = _compter_les_etablissements(chemin, compresse=compresse), _date_du_nom(nom or chemin.name)
        else:
            reconnu = Format.CLASSIQUE
            lignes, encodage = _juger_le_texte(chemin, debut, compresse=compresse)
            jour = _date_de_l_entete(debut)
    except (EOFError, zlib.error, gzip.BadGzipFile) as erreur:
        raise FichierRefuse("Le fichier compressé est incomplet ou abîmé : téléchargez-le de nouveau.") from erreur
    with chemin.open("rb") as fichier:
        empreinte = hashlib.file_digest(fichier, "sha256").hexdigest()
    return Examen(chemin, compresse, reconnu, encodage, lignes, empreinte, jour)


def ouvrir(examen: Examen) -> IO[bytes]:
    """Le contenu décompressé, sans la marque d'ordre des octets."""
    octets = _ouvrir(examen.chemin, compresse=examen.compresse)
    if octets.read(len(codecs.BOM_UTF8)) != codecs.BOM_UTF8:
        octets.seek(0)
    return octets


def _est_du_json(debut: bytes) -> bool:
    return debut.removeprefix(codecs.BOM_UTF8).lstrip()[:1] in {b"{", b"["}


def _compter_les_etablissements(chemin: Path, *, compresse: bool) -> int:
    nombre, fin = 0, b""
    with _ouvrir(chemin, compresse=compresse) as fichier:
        while bloc := fichier.read(BLOC):
            nombre += (fin + bloc).count(_CLE_D_UN_ETABLISSEMENT)
            fin = bloc[1 - len(_CLE_D_UN_ETABLISSEMENT) :]
    return nombre


def _juger_le_texte(chemin: Path, debut: bytes, *, compresse: bool) -> tuple[int, str]:
    juge, lignes = _JugeDEncodage(), 0
    with _ouvrir(chemin, compresse=compresse) as fichier:
        while bloc := fichier.read(BLOC):
            lignes += bloc.count(b"\n")
            juge.lire(bloc)
    return lignes, juge.encodage(debut)


def _date_du_nom(nom: str) -> date | None:
    trouve = _DATE_DANS_UN_NOM.search(nom)
    try:
        return date(*map(int, trouve.groups())) if trouve else None
    except ValueError:
        return None


def _ouvrir(chemin: Path, *, compresse: bool) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(chemin, "rb")) if compresse else chemin.open("rb")


def _date_de_l_entete(debut: bytes) -> date | None:
    """Date de « finess;etalab;111;2026-05-12 », première ligne de tout fichier classique."""
    entete = debut.lstrip(codecs.BOM_UTF8).split(b"\n", 1)[0].decode("ascii", "replace").strip().split(";")
    if entete[0] == "structureet":
        return None
    if entete[:2] != ["finess", "etalab"]:
        raise FichierRefuse(
            "Ce fichier n'est pas un extrait FINESS : sa première ligne devrait commencer par « finess;etalab; »."
        )
    try:
        return date.fromisoformat(entete[3])
    except (IndexError, ValueError):
        return None


class _JugeDEncodage:
    """UTF-8 s'il l'est d'un bout à l'autre ; sinon cp1252, si les accents y sont bien ceux du français."""

    def __init__(self) -> None:
        self._utf8: codecs.IncrementalDecoder | None = codecs.getincrementaldecoder("utf-8")()
        self._accents: Counter[int] = Counter()
        self._fin = b""
        self._nul = self._double = False
        self._melange = 0

    def lire(self, bloc: bytes) -> None:
        if self._utf8:
            try:
                self._utf8.decode(bloc)
            except UnicodeDecodeError:
                self._utf8 = None
        etendu = self._fin + bloc
        self._nul = self._nul or b"\0" in bloc
        self._double = self._double or _UTF8_ENCODE_DEUX_FOIS.search(etendu) is not None
        self._melange += len(_UTF8_LU_COMME_CP1252.findall(etendu))
        self._accents.update(bloc.translate(None, _ASCII))
        self._fin = bloc[-3:]

    def encodage(self, debut: bytes) -> str:
        if not debut:
            raise FichierRefuse("Le fichier est vide.")
        if self._nul:
            raise FichierRefuse(
                "Ce fichier n'est pas du texte (tableur, archive ou UTF-16) : il faut le fichier CSV publié par FINESS."
            )
        if self._double:
            raise FichierRefuse("Les accents du fichier ont été encodés deux fois : reprenez le fichier d'origine.")
        if self._utf8 and self._complet():
            return "utf-8"
        francais = sum(nombre for octet, nombre in self._accents.items() if octet in _FRANCAIS_EN_CP1252)
        if self._melange or francais < PART_DU_FRANCAIS * self._accents.total():
            raise FichierRefuse(
                "L'encodage du fichier n'est ni UTF-8 ni cp1252 : reprenez le fichier d'origine, sans l'enregistrer "
                "depuis un tableur."
            )
        return "cp1252"

    def _complet(self) -> bool:
        """Faux si le dernier caractère est coupé en deux."""
        try:
            cast("codecs.IncrementalDecoder", self._utf8).decode(b"", final=True)
        except UnicodeDecodeError:
            raise FichierRefuse("Le fichier s'arrête au milieu d'un caractère : téléchargez-le de nouveau.") from None
        return True
