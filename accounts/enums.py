"""États d'un compte et de ses sessions."""

from django.db.models import TextChoices


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


class FinDeSession(TextChoices):
    """Pourquoi une session est fermée, tel qu'on le dit à la personne qui revient."""

    DECONNEXION = "deconnexion", "Cette session est terminée"
    INACTIVITE = "inactivite", "Votre session s'est fermée, restée sans activité"
    DUREE = "duree", "Votre session a atteint sa durée maximale"
    AUTRE_APPAREIL = "autre_appareil", "Votre session a été fermée depuis un autre appareil"
    MOT_DE_PASSE = "mot_de_passe", "Votre session s'est fermée au changement de votre mot de passe"
    DESACTIVATION = "desactivation", "Votre session s'est fermée avec votre compte"
