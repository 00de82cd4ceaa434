"""Qui peut quoi sur un compte, et sinon pourquoi. Une réponse vide vaut oui."""

from accounts.enums import EtatCompte
from accounts.models import Utilisateur


def refus_de_desactiver(acteur: Utilisateur, personne: Utilisateur) -> str:
    if acteur.pk == personne.pk:
        return "Vous ne pouvez pas désactiver votre propre compte."
    if personne.is_superuser and not acteur.is_superuser:
        return "Seul un compte d'administration peut en désactiver un autre."
    return ""


def refus_de_reinitialiser(acteur: Utilisateur, personne: Utilisateur) -> str:
    if acteur.pk == personne.pk:
        return "Retirez vos propres facteurs dans « Mon compte », à l'onglet « Sécurité »."
    if personne.is_superuser and not acteur.is_superuser:
        return "Seul un compte d'administration peut réinitialiser les facteurs d'un autre."
    return ""


def refus_de_fermer(personne: Utilisateur) -> str:
    autres = Utilisateur.objects.filter(is_superuser=True, etat=EtatCompte.ACTIF).exclude(pk=personne.pk)
    if personne.is_superuser and not autres.exists():
        return "Ce compte est le dernier qui administre le portail : nommez-en un autre avant de le fermer."
    return ""


def refus_de_regarder(acteur: Utilisateur, personne: Utilisateur) -> str:
    """Voir le portail comme une autre personne : jamais comme un compte de support, qui ouvrirait l'administration."""
    if not (acteur.is_active and acteur.is_staff and acteur.has_perm("accounts.change_utilisateur")):
        return "Seul le support peut voir le portail comme une autre personne."
    if personne.is_staff or personne.is_superuser:
        return "On ne voit pas le portail comme un compte de support ou d'administration."
    if personne.etat != EtatCompte.ACTIF:
        return f"Le compte {personne.identifiant} n'est pas actif : il n'ouvre aucune page."
    return ""


def refus_de_reunir(gardee: Utilisateur, fermee: Utilisateur) -> str:
    if gardee.pk == fermee.pk:
        return "C'est le même compte : choisissez l'autre."
    if gardee.etat != EtatCompte.ACTIF:
        return f"Le compte gardé, {gardee.identifiant}, doit être actif."
    if fermee.etat == EtatCompte.ANONYME:
        return "Ce compte est anonymisé : il n'y a plus rien à reprendre."
    if gardee.is_staff or fermee.is_staff or gardee.is_superuser or fermee.is_superuser:
        return "Un compte de support ou d'administration ne se réunit pas à un autre."
    return ""
