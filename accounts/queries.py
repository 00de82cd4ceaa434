"""Lectures des comptes."""

from django.db.models import Q

from accounts.enums import EtatCompte
from accounts.models import Utilisateur


def par_identifiant_ou_courriel(saisie: str) -> Utilisateur | None:
    saisie = saisie.strip().lower()
    return Utilisateur.objects.filter(Q(identifiant=saisie) | Q(courriel=saisie)).first()


def a_confirmer(numero: int | None) -> Utilisateur | None:
    """Le compte de ce numéro, si son adresse reste à confirmer ; sans numéro, aucun, au prix de la même lecture."""
    return Utilisateur.objects.filter(pk=numero or 0, etat=EtatCompte.A_CONFIRMER).first()


def identifiants_pris(souhaite: str) -> set[str]:
    """Identifiants qui commencent comme `souhaite`."""
    return set(Utilisateur.objects.filter(identifiant__startswith=souhaite).values_list("identifiant", flat=True))
