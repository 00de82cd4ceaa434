"""Lecture XML par expat, à mesure : déclarations de type refusées, champs et liens relevés."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from xml.parsers import expat

from depot.juge.verdicts import Motif, Refus

CHAMP_DDE = re.compile(r"\bDDE(AUTO)?\b", re.IGNORECASE)
BALISES_DDE = frozenset({"ddeLink", "dde-link", "dde-source", "dde-connection-decl"})
PROFONDEUR_MAX = 400
# Racines d'une feuille et de ses textes : des cellules par centaines de milliers, ni champ ni lien. Seule compte leur
# bonne forme, qu'expat vérifie seul ; Word ne lit rien sous ces racines.
CELLULES = frozenset({"worksheet", "sst"})


@dataclass
class Relation:
    type: str
    cible: str
    externe: bool


@dataclass
class Releve:
    """Ce qu'une partie XML dit d'utile au juge."""

    bien_formee: bool = True
    racine: str = ""
    dde: bool = False
    chiffre: bool = False
    relations: list[Relation] = field(default_factory=list)
    types: dict[str, str] = field(default_factory=dict)


class _Lecteur:
    """Un analyseur pour une partie. Le texte d'un champ Word peut être coupé en morceaux : il est recousu."""

    def __init__(self) -> None:
        self.releve = Releve()
        self.profondeur = 0
        self.champs: list[str] = []
        self.dans_instruction = False
        self.expat = expat.ParserCreate(namespace_separator=" ")
        self.expat.buffer_text = True
        self.expat.StartDoctypeDeclHandler = self.doctype
        self.expat.StartElementHandler = self.debut
        self.expat.EndElementHandler = self.fin
        self.expat.CharacterDataHandler = self.texte

    def doctype(self, *_: object) -> None:
        raise Refus(Motif.STRUCTURE)

    def debut(self, nom: str, attributs: dict[str, str]) -> None:
        self.profondeur += 1
        if self.profondeur > PROFONDEUR_MAX:
            raise Refus(Motif.STRUCTURE)
        local = nom.rpartition(" ")[2]
        if not self.releve.racine:
            self.releve.racine = local
            if local in CELLULES:
                self.expat.StartElementHandler = self.expat.EndElementHandler = self.expat.CharacterDataHandler = None
                return
        if traitement := _TRAITEMENTS.get(local):
            traitement(self, {cle.rpartition(" ")[2]: valeur for cle, valeur in attributs.items()})
        elif local in BALISES_DDE:
            self.releve.dde = True

    def fin(self, nom: str) -> None:
        self.profondeur -= 1
        self.dans_instruction = False

    def texte(self, texte: str) -> None:
        if self.dans_instruction:
            self.instruction(texte)

    def instruction(self, texte: str) -> None:
        if not self.champs:
            self.champs.append("")
        self.champs[-1] += texte
        self.releve.dde = self.releve.dde or bool(CHAMP_DDE.match(self.champs[-1].lstrip()))

    def champ(self, attributs: dict[str, str]) -> None:
        if attributs.get("fldCharType") == "begin":
            self.champs.append("")
        elif attributs.get("fldCharType") == "end" and self.champs:
            self.champs.pop()

    def champ_simple(self, attributs: dict[str, str]) -> None:
        self.releve.dde = self.releve.dde or bool(CHAMP_DDE.match(attributs.get("instr", "").lstrip()))

    def debut_instruction(self, _: dict[str, str]) -> None:
        self.dans_instruction = True

    def relation(self, attributs: dict[str, str]) -> None:
        self.releve.relations.append(
            Relation(
                type=attributs.get("Type", "").rpartition("/")[2],
                cible=attributs.get("Target", ""),
                externe=attributs.get("TargetMode") == "External",
            )
        )

    def type_de_partie(self, attributs: dict[str, str]) -> None:
        cle = attributs.get("PartName") or f".{attributs.get('Extension', '')}"
        self.releve.types[cle.lower()] = attributs.get("ContentType", "")

    def chiffrement(self, _: dict[str, str]) -> None:
        self.releve.chiffre = True


_TRAITEMENTS = {
    "fldChar": _Lecteur.champ,
    "fldSimple": _Lecteur.champ_simple,
    "instrText": _Lecteur.debut_instruction,
    "Relationship": _Lecteur.relation,
    "Override": _Lecteur.type_de_partie,
    "Default": _Lecteur.type_de_partie,
    "encryption-data": _Lecteur.chiffrement,
}


def lire(morceaux: Iterable[bytes]) -> Releve:
    """Lit une partie jusqu'au bout, même mal formée : l'appelant en compte les octets et la somme de contrôle.

    Lève `Refus` sur une déclaration de type de document ou un emboîtement sans fond.
    """
    lecteur = _Lecteur()
    for morceau in morceaux:
        _donner(lecteur, morceau)
    _donner(lecteur, b"", fin=True)
    return lecteur.releve


def _donner(lecteur: _Lecteur, morceau: bytes, *, fin: bool = False) -> None:
    if not lecteur.releve.bien_formee:
        return
    try:
        lecteur.expat.Parse(morceau, fin)
    except expat.ExpatError:
        lecteur.releve.bien_formee = False
