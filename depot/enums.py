"""Natures, états et catégories du dépôt."""

from django.db.models import TextChoices


class NatureDocument(TextChoices):
    """Les deux rapports attendus d'une structure chaque année ; mêmes valeurs que `juge.verdicts.Nature`."""

    QUANTITATIF = "quantitatif", "Rapport d'activité quantitatif"
    QUALITATIF = "qualitatif", "Rapport d'activité qualitatif"


class TypeDocument(TextChoices):
    """Mêmes valeurs que `juge.verdicts.Type`."""

    XLSX = "xlsx", "Classeur Excel"
    XLS = "xls", "Classeur Excel 97"
    ODS = "ods", "Classeur OpenDocument"
    DOCX = "docx", "Document Word"
    DOC = "doc", "Document Word 97"
    ODT = "odt", "Document OpenDocument"
    PDF = "pdf", "PDF"


TYPES_MIME = {
    TypeDocument.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    TypeDocument.XLS: "application/vnd.ms-excel",
    TypeDocument.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    TypeDocument.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    TypeDocument.DOC: "application/msword",
    TypeDocument.ODT: "application/vnd.oasis.opendocument.text",
    TypeDocument.PDF: "application/pdf",
}


class EtatDocument(TextChoices):
    """Un fichier refusé n'est pas gardé : il n'a pas d'état."""

    EXAMEN_MANUEL = "examen_manuel", "En examen"
    PUBLIE = "publie", "Déposé"


TRANSITIONS: dict[EtatDocument, frozenset[EtatDocument]] = {
    EtatDocument.EXAMEN_MANUEL: frozenset({EtatDocument.PUBLIE}),
    EtatDocument.PUBLIE: frozenset(),
}


class EtatDepot(TextChoices):
    """Où en est une structure de ce qu'une campagne attend d'elle."""

    COMPLET = "complet", "Complet"
    PARTIEL = "partiel", "Incomplet"
    AUCUN = "aucun", "Rien reçu"


# Profils de l'application (fixtures/habilitations/applications.json) : qui dépose, qui lit toute la France.
APPLICATION = "camsp-cmpp"
DEPOSANT = "gestionnaire"
AGENT = "agent"

# Catégories FINESS qui déposent : CMPP et CAMSP.
CATEGORIES = ("189", "190")
