"""Ce qu'une personne peut ouvrir."""

from collections.abc import Collection
from typing import TypedDict

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Utilisateur
from habilitations.enums import ADMINISTRATION
from habilitations.models import Application, Habilitation, Profil, confiees_a
from structures.models import Structure


class Tuile(TypedDict):
    nom: str
    description: str
    adresse: str
    icone: str
    est_externe: bool
    compteur: int | None


def tuiles(personne: Utilisateur) -> list[Tuile]:
    """Une tuile par application où la personne a un droit en vigueur, en valeurs simples.

    `compteur` : demandes qui attendent dans les portefeuilles de la personne, sur la seule tuile ADMINISTRATION.
    """
    droits = Habilitation.objects.actives().filter(titulaire=personne, profil__application=OuterRef("pk"))
    applications = Application.objects.filter(Exists(droits))
    return [
        Tuile(
            nom=application.nom,
            description=application.description,
            adresse=application.adresse,
            icone=application.icone,
            est_externe=application.est_externe,
            compteur=_en_attente(personne) if application.code == ADMINISTRATION else None,
        )
        for application in applications
    ]


def _en_attente(personne: Utilisateur) -> int:
    return confiees_a(personne).en_attente().count()


def profils_tenus(personne: Utilisateur, application: str) -> list[Profil]:
    """Profils de l'application (désignée par son code) pour lesquels la personne a un droit en vigueur."""
    droits = Habilitation.objects.actives().filter(titulaire=personne, profil=OuterRef("pk"))
    return list(
        Profil.objects.filter(Exists(droits), application__code=application)
        .select_related("application")
        .order_by("ordre", "nom")
    )


def structures_tenues(personne: Utilisateur, profils: Collection[Profil]) -> QuerySet[Structure]:
    """Structures pour lesquelles la personne peut agir sous l'un de ces profils."""
    droits = Habilitation.objects.actives().filter(titulaire=personne, profil__in=profils)
    return Structure.objects.filter(pk__in=droits.values("structure"))
