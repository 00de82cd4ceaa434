"""Seuls écrivains des comptes."""

from accounts.services.adresse import (
    confirmer_changement_de_courriel,
    contester_changement_de_courriel,
    demander_changement_de_courriel,
)
from accounts.services.commun import Identite
from accounts.services.connexion import consigner_connexion, consigner_deconnexion, consigner_refus
from accounts.services.entretien import (
    avertir_les_inactifs,
    fermer_les_inactifs,
    oublier_les_changements_d_adresse,
    supprimer_les_non_confirmes,
)
from accounts.services.export import exporter
from accounts.services.fermeture import anonymiser_les_comptes, fermer
from accounts.services.fusion import apercu_de_fusion, fusionner, refus_de_fusion
from accounts.services.identite import (
    fermer_les_autres_sessions,
    modifier_identite,
    quitter_structure_d_appartenance,
)
from accounts.services.inscription import confirmer, inscrire, renvoyer_confirmation
from accounts.services.mots_de_passe import (
    aider_a_rentrer,
    changer_mot_de_passe,
    consigner_mot_de_passe_refuse,
    consigner_mot_de_passe_verifie,
    reinitialiser_mot_de_passe,
)
from accounts.services.regard import commencer_regard, terminer_regard
from accounts.services.support import aider_a_confirmer, desactiver, reactiver

__all__ = [
    "Identite",
    "aider_a_confirmer",
    "aider_a_rentrer",
    "anonymiser_les_comptes",
    "apercu_de_fusion",
    "avertir_les_inactifs",
    "changer_mot_de_passe",
    "commencer_regard",
    "confirmer",
    "confirmer_changement_de_courriel",
    "consigner_connexion",
    "consigner_deconnexion",
    "consigner_mot_de_passe_refuse",
    "consigner_mot_de_passe_verifie",
    "consigner_refus",
    "contester_changement_de_courriel",
    "demander_changement_de_courriel",
    "desactiver",
    "exporter",
    "fermer",
    "fermer_les_autres_sessions",
    "fermer_les_inactifs",
    "fusionner",
    "inscrire",
    "modifier_identite",
    "oublier_les_changements_d_adresse",
    "quitter_structure_d_appartenance",
    "reactiver",
    "refus_de_fusion",
    "reinitialiser_mot_de_passe",
    "renvoyer_confirmation",
    "supprimer_les_non_confirmes",
    "terminer_regard",
]
