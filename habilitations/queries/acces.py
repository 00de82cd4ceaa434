"""Ce qu'une personne peut ouvrir."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, TypedDict

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Utilisateur
from accounts.prolongements import Empechement
from accounts.queries import facteurs
from habilitations.enums import ADMINISTRATION
from habilitations.models import Application, Habilitation, Profil, confiees_a
from habilitations.requetes import lire
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


@dataclass(frozen=True)
class ProfilTenu:
    """Un profil pour lequel la personne a un droit en vigueur, et ce que la garde veut en savoir."""

    numero: int
    code: str
    exige_une_connexion_forte: bool
    adresse: str


def profils_tenus(personne: Utilisateur, application: str) -> list[ProfilTenu]:
    """Profils de l'application (désignée par son code) pour lesquels la personne a un droit en vigueur."""
    tenus = []
    for numero, code, forte, application_forte, adresse in lire(_profils_tenus, personne.pk, application):
        profil = Profil(
            connexion_forte=forte, application=Application(code=application, connexion_forte=application_forte)
        )
        tenus.append(ProfilTenu(numero, code, profil.exige_une_connexion_forte, adresse))
    return tenus


def _profils_tenus(personne: int, application: str) -> QuerySet[Profil, tuple[Any, ...]]:
    droits = Habilitation.objects.actives().filter(titulaire=personne, profil=OuterRef("pk"))
    return (
        Profil.objects.filter(Exists(droits), application__code=application)
        .order_by("ordre", "nom")
        .values_list("pk", "code", "connexion_forte", "application__connexion_forte", "application__adresse")
    )


def facteur_manquant(personne: Utilisateur) -> Iterable[Empechement]:
    """Ce que le support lit de qui tient un profil à connexion forte, sans second facteur pour l'ouvrir."""
    droits = Habilitation.objects.actives().filter(titulaire=personne, profil=OuterRef("pk"))
    profils = Profil.objects.filter(Exists(droits)).select_related("application")
    exigeants = [str(profil) for profil in profils if profil.exige_une_connexion_forte]
    if exigeants and not facteurs(personne):
        yield Empechement(
            f"Aucun second facteur : {', '.join(exigeants)} en demande un.",
            "La personne en ajoute un en ouvrant l'application : le portail l'y mène.",
        )


def structures_tenues(personne: Utilisateur, profils: Collection[int]) -> QuerySet[Structure]:
    """Structures pour lesquelles la personne peut agir sous l'un de ces profils, désignés par leur numéro."""
    droits = Habilitation.objects.actives().filter(titulaire=personne, profil__in=profils)
    return Structure.objects.filter(pk__in=droits.values("structure"))
