"""Seuls écrivains des comptes."""

from accounts.services.commun import Identite
from accounts.services.connexion import consigner_connexion, consigner_refus
from accounts.services.identite import modifier_identite
from accounts.services.inscription import confirmer, inscrire, renvoyer_confirmation
from accounts.services.limites import captcha_requis, compter_tentative, effacer_tentative
from accounts.services.mots_de_passe import aider_a_rentrer, changer_mot_de_passe, reinitialiser_mot_de_passe
from accounts.services.sessions import (
    fermer_autres_sessions,
    fermer_session,
    ouvrir_session,
    purger,
    quitter_session,
    tenir_session,
)
from accounts.services.support import aider_a_confirmer, desactiver, reactiver

__all__ = [
    "Identite",
    "aider_a_confirmer",
    "aider_a_rentrer",
    "captcha_requis",
    "changer_mot_de_passe",
    "compter_tentative",
    "confirmer",
    "consigner_connexion",
    "consigner_refus",
    "desactiver",
    "effacer_tentative",
    "fermer_autres_sessions",
    "fermer_session",
    "inscrire",
    "modifier_identite",
    "ouvrir_session",
    "purger",
    "quitter_session",
    "reactiver",
    "reinitialiser_mot_de_passe",
    "renvoyer_confirmation",
    "tenir_session",
]
