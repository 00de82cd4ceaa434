"""Seuls écrivains des habilitations."""

from habilitations.services.comptes import effacer_les_brouillons_oublies, quitter_structure
from habilitations.services.creation import envoyer_retenues, oublier_sans_auteur, rendre, retenir
from habilitations.services.decisions import accepter, refuser
from habilitations.services.demandes import (
    ajouter_structure,
    annuler,
    choisir_profil,
    creer_brouillon,
    enregistrer_message,
    retirer_structure,
    soumettre,
)
from habilitations.services.droits import renoncer, revoquer
from habilitations.services.references import charger_references

__all__ = [
    "accepter",
    "ajouter_structure",
    "annuler",
    "charger_references",
    "choisir_profil",
    "creer_brouillon",
    "effacer_les_brouillons_oublies",
    "enregistrer_message",
    "envoyer_retenues",
    "oublier_sans_auteur",
    "quitter_structure",
    "refuser",
    "rendre",
    "renoncer",
    "retenir",
    "retirer_structure",
    "revoquer",
    "soumettre",
]
