"""Seuls écrivains des comptes."""

from accounts.services.commun import Identite
from accounts.services.connexion import consigner_connexion, consigner_deconnexion, consigner_refus
from accounts.services.identite import modifier_identite
from accounts.services.identites_externes import delier, lier
from accounts.services.inscription import confirmer, inscrire, renvoyer_confirmation
from accounts.services.mots_de_passe import aider_a_rentrer, changer_mot_de_passe, reinitialiser_mot_de_passe
from accounts.services.support import aider_a_confirmer, desactiver, reactiver

__all__ = [
    "Identite",
    "aider_a_confirmer",
    "aider_a_rentrer",
    "changer_mot_de_passe",
    "confirmer",
    "consigner_connexion",
    "consigner_deconnexion",
    "consigner_refus",
    "delier",
    "desactiver",
    "inscrire",
    "lier",
    "modifier_identite",
    "reactiver",
    "reinitialiser_mot_de_passe",
    "renvoyer_confirmation",
]
