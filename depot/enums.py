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
    """De l'arrivée d'un fichier à sa publication. Un fichier que le juge refuse n'est pas gardé : il n'a pas d'état.

    Le récépissé est donné au contrôlé : le fichier est sur le disque et sa ligne est validée.
    """

    RECU = "recu", "Reçu"
    CONTROLE = "controle", "Analyse en attente"
    EN_ANALYSE = "en_analyse", "En cours d'analyse"
    PUBLIE = "publie", "Déposé"
    INFECTE = "infecte", "Refusé par l'antivirus"
    EXAMEN_MANUEL = "examen_manuel", "En examen"
    REFUSE = "refuse", "Refusé après examen"


TRANSITIONS: dict[EtatDocument, frozenset[EtatDocument]] = {
    EtatDocument.RECU: frozenset({EtatDocument.CONTROLE, EtatDocument.EXAMEN_MANUEL}),
    EtatDocument.CONTROLE: frozenset({EtatDocument.EN_ANALYSE}),
    # L'antivirus n'a pas répondu : le document attend de nouveau son tour.
    EtatDocument.EN_ANALYSE: frozenset(
        {EtatDocument.PUBLIE, EtatDocument.INFECTE, EtatDocument.EXAMEN_MANUEL, EtatDocument.CONTROLE}
    ),
    EtatDocument.EXAMEN_MANUEL: frozenset(
        {EtatDocument.CONTROLE, EtatDocument.PUBLIE, EtatDocument.REFUSE, EtatDocument.INFECTE}
    ),
    # Une signature fautive se corrige : le support fait analyser à nouveau.
    EtatDocument.INFECTE: frozenset({EtatDocument.CONTROLE}),
    EtatDocument.PUBLIE: frozenset(),
    EtatDocument.REFUSE: frozenset(),
}
# Ce qui ne tient plus la place d'un rapport attendu : la case se rouvre.
ECARTES = frozenset({EtatDocument.INFECTE, EtatDocument.REFUSE})


# Ce que les agents regardent : la personne attend, et le contrôle seul ne peut plus conclure.
A_EXAMINER = frozenset({EtatDocument.EXAMEN_MANUEL, EtatDocument.INFECTE})


class EtatDepot(TextChoices):
    """Où en est une structure de ce qu'une campagne attend d'elle."""

    COMPLET = "complet", "Complet"
    PARTIEL = "partiel", "Incomplet"
    AUCUN = "aucun", "Rien reçu"


# Profils de l'application (fixtures/habilitations/applications.json) : qui dépose, qui lit toute la France.
APPLICATION = "camsp-cmpp"
DEPOSANT = "gestionnaire"
AGENT = "agent"


class CategorieDeposante(TextChoices):
    """Les catégories FINESS qui déposent."""

    CAMSP = "190", "CAMSP"
    CMPP = "189", "CMPP"


CATEGORIES = tuple(CategorieDeposante.values)


class EtatCampagne(TextChoices):
    A_VENIR = "a_venir", "À venir"
    OUVERTE = "ouverte", "Ouverte"
    RETARD = "retard", "Dépôts en retard acceptés"
    CLOSE = "close", "Close"


class Exigence(TextChoices):
    """Ce qu'une campagne demande d'une pièce ; « non attendue » ne s'écrit pas : la ligne manque."""

    OBLIGATOIRE = "obligatoire", "Obligatoire"
    FACULTATIF = "facultatif", "Facultatif"
    NON_ATTENDU = "non_attendu", "Non attendu"


class GenreAvertissement(TextChoices):
    """Ce que l'on confirme en déposant un classeur."""

    PLAUSIBLE = "plausible", "Valeur inhabituelle"
    ECART = "ecart", "Écart avec l'an passé"


class PublicDeRelance(TextChoices):
    """À qui une relance s'adresse : selon ce que ses structures ont remis."""

    INCOMPLETES = "incompletes", "Tout ce qui n'est pas complet"
    AUCUN = "aucun", "Rien reçu"
    PARTIEL = "partiel", "Incomplet"
    RETARD = "retard", "En retard sur l'échéance"
