"""États d'un compte."""

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
