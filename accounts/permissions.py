"""Qui peut quoi sur un compte, et sinon pourquoi. Une réponse vide vaut oui."""

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
