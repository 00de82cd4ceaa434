"""Seuls écrivains des comptes."""

from accounts.services.cles import ajouter_cle, commencer_cle, defier_cle, verifier_cle
from accounts.services.codes import envoyer_code
from accounts.services.commun import Identite
from accounts.services.connexion import consigner_connexion, consigner_refus
from accounts.services.facteurs import (
    activer_facteur,
    commencer_application,
    commencer_message,
    enroler_courriel,
    reinitialiser_facteurs,
    renommer_facteur,
    retirer_facteur,
)
from accounts.services.identite import modifier_identite
from accounts.services.identites_externes import delier, lier
from accounts.services.inscription import confirmer, inscrire, renvoyer_confirmation
from accounts.services.limites import captcha_requis, compter_tentative, effacer_tentative
from accounts.services.mots_de_passe import aider_a_rentrer, changer_mot_de_passe, reinitialiser_mot_de_passe
from accounts.services.secours import creer_codes_de_secours
from accounts.services.sessions import (
    fermer_autres_sessions,
    fermer_session,
    ouvrir_session,
    quitter_session,
    tenir_session,
)
from accounts.services.support import aider_a_confirmer, desactiver, reactiver
from accounts.services.verification import verifier_facteur

__all__ = [
    "Identite",
    "activer_facteur",
    "aider_a_confirmer",
    "aider_a_rentrer",
    "ajouter_cle",
    "captcha_requis",
    "changer_mot_de_passe",
    "commencer_application",
    "commencer_cle",
    "commencer_message",
    "compter_tentative",
    "confirmer",
    "consigner_connexion",
    "consigner_refus",
    "creer_codes_de_secours",
    "defier_cle",
    "delier",
    "desactiver",
    "effacer_tentative",
    "enroler_courriel",
    "envoyer_code",
    "fermer_autres_sessions",
    "fermer_session",
    "inscrire",
    "lier",
    "modifier_identite",
    "ouvrir_session",
    "quitter_session",
    "reactiver",
    "reinitialiser_facteurs",
    "reinitialiser_mot_de_passe",
    "renommer_facteur",
    "renvoyer_confirmation",
    "retirer_facteur",
    "tenir_session",
    "verifier_cle",
    "verifier_facteur",
]
