"""États d'un compte, genres de seconds facteurs."""

from datetime import timedelta

from django.db.models import TextChoices

# Les étapes de la « Demande de création de compte » : la première est ici, les autres celles d'une demande.
ETAPES_CREATION = ("Identification", "Applications", "Structures", "Récapitulatif")


class EtatCompte(TextChoices):
    A_CONFIRMER = "a_confirmer", "adresse à confirmer"
    ACTIF = "actif", "actif"
    DESACTIVE = "desactive", "désactivé"


TRANSITIONS: dict[EtatCompte, set[EtatCompte]] = {
    EtatCompte.A_CONFIRMER: {EtatCompte.ACTIF, EtatCompte.DESACTIVE},
    EtatCompte.ACTIF: {EtatCompte.DESACTIVE},
    # Un compte désactivé avant d'avoir été confirmé redevient « à confirmer ».
    EtatCompte.DESACTIVE: {EtatCompte.ACTIF, EtatCompte.A_CONFIRMER},
}


class GenreFacteur(TextChoices):
    """Les seconds facteurs, du plus sûr au moins sûr."""

    CLE = "cle", "Clé d'accès"
    APPLICATION = "application", "Application d'authentification"
    SMS = "sms", "Code par SMS"
    COURRIEL = "courriel", "Code par courriel"
    SECOURS = "secours", "Code de secours"

    @property
    def icone(self) -> str:
        return {
            "cle": "fingerprint",
            "application": "shield-lock",
            "sms": "phone",
            "courriel": "envelope",
            "secours": "life-preserver",
        }[self.value]


DUREE_CODE = timedelta(minutes=10)
ESSAIS_PAR_CODE = 5
