"""Ce que le juge peut dire d'un fichier, et les phrases que lit la personne qui dépose."""

from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class Nature(StrEnum):
    """La case où le fichier est déposé."""

    QUANTITATIF = "quantitatif"
    QUALITATIF = "qualitatif"


class Type(StrEnum):
    """Les types acceptés ; la valeur est l'extension sous laquelle le fichier est gardé."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    DOCX = "docx"
    DOC = "doc"
    ODT = "odt"
    PDF = "pdf"


class Issue(StrEnum):
    ACCEPTE = "accepte"
    REFUSE = "refuse"
    EXAMEN = "examen"


class Motif(StrEnum):
    TYPE = "type"
    CASE = "case"
    VIDE = "vide"
    TAILLE = "taille"
    ENDOMMAGE = "endommage"
    CHIFFRE = "chiffre"
    MACROS = "macros"
    SCRIPT_PDF = "script_pdf"
    PIECES_JOINTES = "pieces_jointes"
    STRUCTURE = "structure"
    DDE = "dde"
    MODELE_DISTANT = "modele_distant"


ATTENDUS = {
    Nature.QUANTITATIF: frozenset({Type.XLSX, Type.XLS, Type.ODS}),
    Nature.QUALITATIF: frozenset({Type.DOCX, Type.DOC, Type.ODT, Type.PDF}),
}
CASES = {Nature.QUANTITATIF: "Excel", Nature.QUALITATIF: "Word ou PDF"}
INVITATIONS: dict[Nature | None, str] = {
    None: "Déposez un classeur .xlsx, .xls ou .ods, ou un document .docx, .doc, .odt ou .pdf.",
    Nature.QUANTITATIF: "Déposez un classeur .xlsx, .xls ou .ods.",
    Nature.QUALITATIF: "Déposez un document .docx, .doc, .odt ou .pdf.",
}
LIBELLES = {
    Type.XLSX: "classeur Excel",
    Type.XLS: "classeur Excel",
    Type.ODS: "classeur LibreOffice",
    Type.DOCX: "document Word",
    Type.DOC: "document Word",
    Type.ODT: "document LibreOffice",
    Type.PDF: "document PDF",
}
PHRASES = {
    Motif.TYPE: "Ce fichier est un {detail}. {invitation}",
    Motif.CASE: "Vous avez déposé un {detail} dans la case {case}.",
    Motif.VIDE: "Le fichier est vide (0 octet).",
    Motif.TAILLE: "Le fichier fait {detail} Mo ; le maximum est {maximum} Mo.",
    Motif.ENDOMMAGE: "Le fichier est incomplet ou endommagé. Ouvrez-le, enregistrez-le à nouveau, puis redéposez-le.",
    Motif.CHIFFRE: "Le fichier est protégé par un mot de passe. Retirez la protection, puis redéposez-le.",
    Motif.MACROS: (
        "Le fichier contient des macros. Enregistrez-le au format .xlsx ou .docx (sans macro), puis redéposez-le."
    ),
    Motif.SCRIPT_PDF: (
        "Ce PDF contient un script ou un formulaire dynamique. Imprimez-le en PDF, puis déposez la copie."
    ),
    Motif.PIECES_JOINTES: "Ce PDF contient des pièces jointes. Déposez-les séparément.",
    Motif.STRUCTURE: (
        "La structure du fichier n'est pas conforme. Enregistrez-le à nouveau depuis Excel, Word ou LibreOffice."
    ),
    Motif.DDE: (
        "Le fichier contient un lien automatique vers un autre programme (DDE). Supprimez ce lien, puis redéposez-le."
    ),
    Motif.MODELE_DISTANT: (
        "Le fichier s'appuie sur un modèle placé sur internet. Détachez ce modèle, puis redéposez-le."
    ),
}


class Refus(Exception):
    """Lève le premier motif rencontré : une personne corrige une chose à la fois. `detail` complète sa phrase."""

    def __init__(self, motif: Motif, detail: str = "") -> None:
        super().__init__(motif, detail)
        self.motif = motif
        self.detail = detail


@dataclass(frozen=True)
class Verdict:
    """`type` d'un fichier accepté, `motif` et `phrase` d'un refus, `avis` sur un fichier accepté avec une réserve."""

    issue: Issue
    type: Type | None = None
    motif: Motif | None = None
    phrase: str = ""
    avis: tuple[str, ...] = ()

    def en_donnees(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def de_donnees(cls, donnees: dict[str, Any]) -> "Verdict":
        return cls(
            issue=Issue(donnees["issue"]),
            type=Type(donnees["type"]) if donnees["type"] else None,
            motif=Motif(donnees["motif"]) if donnees["motif"] else None,
            phrase=donnees["phrase"],
            avis=tuple(donnees["avis"]),
        )


# Une panne du juge, ou son silence, n'accuse pas le fichier.
EXAMEN = Verdict(Issue.EXAMEN)


def nature_de(extension: str) -> Nature:
    """La case d'un fichier, d'après son type ou à défaut son extension."""
    return Nature.QUANTITATIF if extension in ATTENDUS[Nature.QUANTITATIF] else Nature.QUALITATIF


def trop_gros(taille: int) -> Refus:
    """Refus d'un fichier de `taille` octets ; la phrase arrondit au mégaoctet supérieur."""
    return Refus(Motif.TAILLE, str(-(-taille // 1_000_000)))


def refuser(refus: Refus, nature: Nature | None, taille_max: int) -> Verdict:
    phrase = PHRASES[refus.motif].format(
        detail=refus.detail,
        invitation=INVITATIONS[nature],
        case=CASES[nature] if nature else "",
        maximum=taille_max // 1_000_000,
    )
    return Verdict(Issue.REFUSE, motif=refus.motif, phrase=phrase)
