"""Seuls écrivains des comptes."""

from accounts.services.adresse import (
    confirmer_changement_de_courriel,
    contester_changement_de_courriel,
    demander_changement_de_courriel,
)
from accounts.services.cles import ajouter_cle, commencer_cle, defier_cle, verifier_cle
from accounts.services.codes import envoyer_code
from accounts.services.commun import Identite
from accounts.services.connexion import consigner_connexion, consigner_refus
from accounts.services.entretien import (
    avertir_les_inactifs,
    fermer_les_inactifs,
    oublier_les_changements_d_adresse,
    supprimer_les_non_confirmes,
)
from accounts.services.export import exporter
from accounts.services.facteurs import (
    activer_facteur,
    commencer_application,
    commencer_message,
    enroler_courriel,
    reinitialiser_facteurs,
    renommer_facteur,
    retirer_facteur,
)
from accounts.services.fermeture import anonymiser_les_comptes, fermer
from accounts.services.fusion import apercu_de_fusion, fusionner, refus_de_fusion
from accounts.services.identite import modifier_identite, quitter_structure_d_appartenance
from accounts.services.identites_externes import delier, lier
from accounts.services.inscription import confirmer, inscrire, renvoyer_confirmation
from accounts.services.limites import captcha_requis, compter_tentative, effacer_tentative, lever_les_limites
from accounts.services.mots_de_passe import (
    aider_a_rentrer,
    changer_mot_de_passe,
    consigner_mot_de_passe_refuse,
    consigner_mot_de_passe_verifie,
    reinitialiser_mot_de_passe,
)
from accounts.services.regard import commencer_regard, terminer_regard
from accounts.services.secours import creer_codes_de_secours
from accounts.services.sessions import (
    fermer_autres_sessions,
    fermer_session,
    noter_session_verifiee,
    ouvrir_session,
    purger,
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
    "anonymiser_les_comptes",
    "apercu_de_fusion",
    "avertir_les_inactifs",
    "captcha_requis",
    "changer_mot_de_passe",
    "commencer_application",
    "commencer_cle",
    "commencer_message",
    "commencer_regard",
    "compter_tentative",
    "confirmer",
    "confirmer_changement_de_courriel",
    "consigner_connexion",
    "consigner_mot_de_passe_refuse",
    "consigner_mot_de_passe_verifie",
    "consigner_refus",
    "contester_changement_de_courriel",
    "creer_codes_de_secours",
    "defier_cle",
    "delier",
    "demander_changement_de_courriel",
    "desactiver",
    "effacer_tentative",
    "enroler_courriel",
    "envoyer_code",
    "exporter",
    "fermer",
    "fermer_autres_sessions",
    "fermer_les_inactifs",
    "fermer_session",
    "fusionner",
    "inscrire",
    "lever_les_limites",
    "lier",
    "modifier_identite",
    "noter_session_verifiee",
    "oublier_les_changements_d_adresse",
    "ouvrir_session",
    "purger",
    "quitter_session",
    "quitter_structure_d_appartenance",
    "reactiver",
    "refus_de_fusion",
    "reinitialiser_facteurs",
    "reinitialiser_mot_de_passe",
    "renommer_facteur",
    "renvoyer_confirmation",
    "retirer_facteur",
    "supprimer_les_non_confirmes",
    "tenir_session",
    "terminer_regard",
    "verifier_cle",
    "verifier_facteur",
]
