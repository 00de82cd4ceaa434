"""Les demandes, telles que les montrent « Mon compte » et la file des gestionnaires."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from accounts.models import Utilisateur
from habilitations.enums import GESTES, EtatDemande
from habilitations.models import Application, Demande, DemandeQuerySet, Habilitation, Profil, StructureDemandee
from journal.models import Evenement
from structures.models import Structure
from structures.mots import cherches

# La liste ne va pas plus loin : au-delà, des filtres trouvent mieux que des pages.
PLAFOND = 1_000
ONGLETS = {"en_attente": "En attente", "traitees": "Traitées", "toutes": "Toutes"}


def demandes_de(personne: Utilisateur, *, retirees: bool = False) -> DemandeQuerySet:
    """Demandes de la personne, la dernière d'abord ; celles qu'elle a retirées n'y sont que si on les demande."""
    demandes = Demande.objects.filter(demandeur=personne).order_by("-creee_le", "-pk")
    return _lues(demandes if retirees else demandes.exclude(etat=EtatDemande.ANNULEE))


def demande_du_postulant(numero: int, compte: Utilisateur | None) -> Demande | None:
    """La demande que remplit la session d'une inscription ; sans compte, une demande sans auteur."""
    return _lues(Demande.objects.filter(pk=numero, demandeur=compte)).first()


def habilitations_de(personne: Utilisateur) -> QuerySet[Habilitation]:
    """Droits en vigueur de la personne, profil par profil."""
    return (
        Habilitation.objects.actives()
        .filter(titulaire=personne)
        .select_related("profil__application", "structure")
        .order_by("profil__application__ordre", "profil__ordre", "profil", "structure__nom")
    )


def demandes_confiees(personne: Utilisateur) -> DemandeQuerySet:
    return _lues(Demande.objects.confiees_a(personne))


def _lues(demandes: DemandeQuerySet) -> DemandeQuerySet:
    structures = Structure.objects.select_related("departement", "categorie", "entite_juridique")
    return demandes.select_related("profil__application", "demandeur", "decideur").prefetch_related(
        Prefetch("structures", queryset=structures.order_by("structures_demandees__pk"))
    )


def filtrer(demandes: DemandeQuerySet, criteres: dict[str, Any]) -> DemandeQuerySet:
    """Applique les critères de `FiltresForm` ; chaque mot de `q` se cherche dans la personne et dans les structures.

    Personnes et structures se cherchent d'abord, chacune dans sa table : la base ne relit pas leurs noms par demande.
    """
    if application := criteres.get("application"):
        demandes = demandes.filter(profil__application=application)
    if profil := criteres.get("profil"):
        demandes = demandes.filter(profil=profil)
    if departement := criteres.get("departement"):
        demandes = demandes.filter(_portant_sur(Structure.objects.filter(departement=departement)))
    for mot in criteres.get("q", "").split():
        personnes = Utilisateur.objects.filter(
            Q(nom__icontains=mot)
            | Q(prenom__icontains=mot)
            | Q(identifiant__icontains=mot)
            | Q(courriel__icontains=mot)
        )
        structure = Q(numero_finess__istartswith=mot) | Q(nom__icontains=mot)
        for cherche in cherches(mot):
            structure |= Q(mots__contains=f" {cherche}")
        demandes = demandes.filter(
            Q(demandeur__in=personnes.values("pk")) | _portant_sur(Structure.objects.filter(structure))
        )
    return demandes


def _portant_sur(structures: QuerySet[Structure]) -> Q:
    demandees = StructureDemandee.objects.filter(structure__in=structures.order_by().values("pk"))
    return Q(pk__in=demandees.order_by().values("demande"))


def d_un_onglet(demandes: DemandeQuerySet, onglet: str) -> DemandeQuerySet:
    if onglet == "toutes":
        return demandes
    return demandes.decidees() if onglet == "traitees" else demandes.en_attente()


def compter(demandes: DemandeQuerySet) -> int:
    """Leur nombre ; compter s'arrête une au-delà de `PLAFOND`."""
    return demandes.order_by()[: PLAFOND + 1].count()


def trier(demandes: DemandeQuerySet, tri: str) -> DemandeQuerySet:
    return demandes.order_by("-soumise_le", "-pk") if tri == "recentes" else demandes.order_by("soumise_le", "pk")


@dataclass(frozen=True)
class Voisines:
    precedente: int | None
    suivante: int | None


def voisines(demandes: DemandeQuerySet, demande: Demande, tri: str) -> Voisines:
    """Numéros des demandes qui encadrent celle-ci dans la liste triée, qu'elle y soit encore ou non."""
    avant = Q(soumise_le__lt=demande.soumise_le) | Q(soumise_le=demande.soumise_le, pk__lt=demande.pk)
    apres = Q(soumise_le__gt=demande.soumise_le) | Q(soumise_le=demande.soumise_le, pk__gt=demande.pk)
    plus_ancienne = demandes.filter(avant).order_by("-soumise_le", "-pk").values_list("pk", flat=True).first()
    plus_recente = demandes.filter(apres).order_by("soumise_le", "pk").values_list("pk", flat=True).first()
    if tri == "recentes":
        return Voisines(precedente=plus_recente, suivante=plus_ancienne)
    return Voisines(precedente=plus_ancienne, suivante=plus_recente)


def applications_gerees(personne: Utilisateur) -> QuerySet[Application]:
    """Applications dont les portefeuilles de la personne couvrent au moins un profil."""
    return Application.objects.filter(
        Q(portefeuilles__gestionnaires=personne) | Q(profils__portefeuilles__gestionnaires=personne)
    ).distinct()


def profils_geres(personne: Utilisateur) -> QuerySet[Profil]:
    return (
        Profil.objects.filter(
            Q(application__portefeuilles__gestionnaires=personne) | Q(portefeuilles__gestionnaires=personne)
        )
        .select_related("application")
        .distinct()
    )


@dataclass(frozen=True)
class Fait:
    """Une ligne de la chronologie d'une demande."""

    libelle: str
    evenement: Evenement


def chronologie(demande: Demande) -> list[Fait]:
    """L'histoire de la demande, du plus ancien au plus récent, d'après le journal."""
    evenements = (
        Evenement.objects.sur(demande).filter(action__in=GESTES).select_related("acteur").order_by("date", "pk")
    )
    return [Fait(GESTES[evenement.action], evenement) for evenement in evenements]
