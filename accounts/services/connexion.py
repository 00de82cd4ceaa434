"""Garder trace des entrées."""

from accounts.models import Utilisateur
from accounts.queries import par_identifiant_ou_courriel
from journal.services import Acteur, consigner


def consigner_connexion(*, acteur: Utilisateur) -> None:
    consigner(acteur=acteur, action="connexion.reussie", objet=acteur)


def consigner_refus(*, acteur: Acteur, saisie: str) -> None:
    """Consigne un refus. D'une saisie inconnue rien n'est gardé : c'est parfois un mot de passe."""
    personne = par_identifiant_ou_courriel(saisie) or Utilisateur(prenom="Compte", nom="inconnu")
    consigner(acteur=acteur, action="connexion.refusee", objet=personne)
