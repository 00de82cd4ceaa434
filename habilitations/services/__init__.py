"""Seuls écrivains des habilitations."""

from habilitations.services.absences import choisir_avis, declarer_absence, terminer_absence
from habilitations.services.acceptation import confirmer_acceptation, revoquer_acceptation
from habilitations.services.affectation import affecter
from habilitations.services.choix import retenir_les_choix
from habilitations.services.complements import (
    demander_complement,
    ecarter_structure,
    enregistrer_reponse,
    proposer_structure,
    repondre,
    retirer_complement,
)
from habilitations.services.comptes import effacer_les_brouillons_oublies
from habilitations.services.creation import envoyer_retenues, oublier_sans_auteur, rendre, retenir
from habilitations.services.decisions import accepter, annuler_decision, refuser
from habilitations.services.demandes import (
    ajouter_structure,
    annuler,
    choisir_profil,
    creer_brouillon,
    enregistrer_message,
    retirer_structure,
    soumettre,
)
from habilitations.services.departs import quitter_structure
from habilitations.services.droits import confirmer, renoncer, reprendre, revoquer, suspendre
from habilitations.services.echeances import avertir_des_fins, faire_echoir
from habilitations.services.ensemble import Issue, sur_plusieurs
from habilitations.services.notes import ecrire_note, supprimer_note
from habilitations.services.rappels import envoyer_les_recapitulatifs, rappeler_les_demandes
from habilitations.services.references import charger_references
from habilitations.services.renouvellements import renouveler
from habilitations.services.revues import (
    clore_la_revue,
    confirmer_dans_la_revue,
    ouvrir_revue,
    revoquer_dans_la_revue,
    tenir_les_revues,
)
from habilitations.services.situation import situer_de_nouveau
from habilitations.services.transferts import transferer

__all__ = [
    "Issue",
    "accepter",
    "affecter",
    "ajouter_structure",
    "annuler",
    "annuler_decision",
    "avertir_des_fins",
    "charger_references",
    "choisir_avis",
    "choisir_profil",
    "clore_la_revue",
    "confirmer",
    "confirmer_acceptation",
    "confirmer_dans_la_revue",
    "creer_brouillon",
    "declarer_absence",
    "demander_complement",
    "ecarter_structure",
    "ecrire_note",
    "effacer_les_brouillons_oublies",
    "enregistrer_message",
    "enregistrer_reponse",
    "envoyer_les_recapitulatifs",
    "envoyer_retenues",
    "faire_echoir",
    "oublier_sans_auteur",
    "ouvrir_revue",
    "proposer_structure",
    "quitter_structure",
    "rappeler_les_demandes",
    "refuser",
    "rendre",
    "renoncer",
    "renouveler",
    "repondre",
    "reprendre",
    "retenir",
    "retenir_les_choix",
    "retirer_complement",
    "retirer_structure",
    "revoquer",
    "revoquer_acceptation",
    "revoquer_dans_la_revue",
    "situer_de_nouveau",
    "soumettre",
    "supprimer_note",
    "sur_plusieurs",
    "suspendre",
    "tenir_les_revues",
    "terminer_absence",
    "transferer",
]
