"""Qui peut quoi dans l'annuaire."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser, PermissionsMixin

from structures.enums import EtatStructure
from structures.models import Structure


def est_du_support(personne: AbstractBaseUser | AnonymousUser) -> bool:
    return isinstance(personne, PermissionsMixin) and personne.has_perm("structures.change_structure")


def peut_designer_un_successeur(personne: AbstractBaseUser | AnonymousUser, structure: Structure) -> bool:
    """Le support, d'un établissement qui n'est plus ouvert."""
    return est_du_support(personne) and structure.etat != EtatStructure.OUVERT
