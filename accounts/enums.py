"""États d'un compte."""

from django.db.models import TextChoices


class EtatCompte(TextChoices):
    A_CONFIRMER = "a_confirmer", "adresse à confirmer"
    ACTIF = "actif", "actif"
    DESACTIVE = "desactive", "désactivé"
    FERME = "ferme", "fermé"
    ANONYME = "anonyme", "anonymisé"


TRANSITIONS: dict[EtatCompte, set[EtatCompte]] = {
    EtatCompte.A_CONFIRMER: {EtatCompte.ACTIF, EtatCompte.DESACTIVE, EtatCompte.FERME},
    EtatCompte.ACTIF: {EtatCompte.DESACTIVE, EtatCompte.FERME},
    # Un compte désactivé avant d'avoir été confirmé redevient « à confirmer ».
    EtatCompte.DESACTIVE: {EtatCompte.ACTIF, EtatCompte.A_CONFIRMER, EtatCompte.FERME},
    # Fermé, il se rouvre tant qu'il n'est pas anonymisé.
    EtatCompte.FERME: {EtatCompte.ACTIF, EtatCompte.A_CONFIRMER, EtatCompte.ANONYME},
    EtatCompte.ANONYME: set(),
}


class EtatChangement(TextChoices):
    """Où en est une nouvelle adresse."""

    EN_ATTENTE = "en_attente", "à confirmer"
    CONFIRME = "confirme", "confirmée"
    REMPLACE = "remplace", "remplacée par une autre demande"
    CONTESTE = "conteste", "contestée depuis l'ancienne adresse"


class Fermeture(TextChoices):
    """Pourquoi un compte se ferme."""

    DEMANDE = "demande", "à la demande de la personne"
    INACTIVITE = "inactivite", "après une longue absence"
    FUSION = "fusion", "réuni à un autre compte de la même personne"


# Jours qui restent avant la fermeture d'un compte inactif, à chaque avertissement.
AVERTISSEMENTS = (60, 15)
# Durée, en secondes, pendant laquelle le support peut voir le portail comme une personne.
DUREE_REGARD = 3600
