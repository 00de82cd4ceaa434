"""Lectures des comptes."""

from django.db.models import Q

from accounts.models import Utilisateur


def par_identifiant_ou_courriel(saisie: str) -> Utilisateur | None:
    saisie = saisie.strip().lower()
    return Utilisateur.objects.filter(Q(identifiant=saisie) | Q(courriel=saisie)).first()


def identifiants_pris(souhaite: str) -> set[str]:
    """Identifiants qui commencent comme `souhaite`."""
    return set(Utilisateur.objects.filter(identifiant__startswith=souhaite).values_list("identifiant", flat=True))
