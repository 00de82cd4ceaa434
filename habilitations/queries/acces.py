"""Ce qu'une personne peut ouvrir, et pourquoi une porte lui reste fermée."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import TypedDict

from django.db.models import Exists, OuterRef, QuerySet

from accounts.models import Utilisateur
from habilitations.enums import ADMINISTRATION, EtatDemande, EtatHabilitation, RaisonAbsence
from habilitations.models import Application, Demande, Habilitation, Profil
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
    return Demande.objects.confiees_a(personne).en_attente().count()


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


@dataclass(frozen=True)
class Absence:
    """Pourquoi une application n'est pas ouverte à la personne. `le` et `motif` selon la raison."""

    raison: RaisonAbsence
    le: date | None = None
    motif: str = ""
    demande: Demande | None = None


def absence(personne: Utilisateur, application: str) -> Absence:
    """La raison la plus récente pour laquelle l'application (désignée par son code) n'a pas de tuile."""
    demande = (
        Demande.objects.filter(demandeur=personne, profil__application__code=application)
        .exclude(etat__in=[EtatDemande.ANNULEE, EtatDemande.A_CONFIRMER])
        .order_by("-pk")
        .first()
    )
    if demande and demande.etat != EtatDemande.ACCEPTEE:
        le = demande.decidee_le or demande.soumise_le or demande.creee_le
        return Absence(RaisonAbsence(demande.etat), le, demande.motif, demande)
    droit = (
        Habilitation.objects.filter(titulaire=personne, profil__application__code=application).order_by("-pk").first()
    )
    if droit is None:
        return Absence(RaisonAbsence.JAMAIS)
    if droit.etat == EtatHabilitation.ACTIVE:
        return Absence(RaisonAbsence.EXPIREE, droit.fin_le)
    return Absence(RaisonAbsence(droit.etat), droit.close_le, droit.motif)
