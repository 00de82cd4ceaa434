"""États d'un compte et de ses sessions, genres de seconds facteurs."""

from datetime import timedelta

from django.db.models import TextChoices

# Les étapes de la « Demande de création de compte » : la première est ici, les autres celles d'une demande.
ETAPES_CREATION = ("Identification", "Applications", "Structures", "Récapitulatif")


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


class FinDeSession(TextChoices):
    """Pourquoi une session est fermée, tel qu'on le dit à la personne qui revient."""

    DECONNEXION = "deconnexion", "Cette session est terminée"
    INACTIVITE = "inactivite", "Votre session s'est fermée, restée sans activité"
    DUREE = "duree", "Votre session a atteint sa durée maximale"
    AUTRE_APPAREIL = "autre_appareil", "Votre session a été fermée depuis un autre appareil"
    MOT_DE_PASSE = "mot_de_passe", "Votre session s'est fermée au changement de votre mot de passe"
    DESACTIVATION = "desactivation", "Votre session s'est fermée avec votre compte"


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
