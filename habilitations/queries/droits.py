"""Les habilitations d'une personne, et l'histoire de chacune."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Utilisateur
from accounts.queries import nommees
from habilitations.enums import GESTES_HABILITATION, TENUES, EtatHabilitation, TypeDemande
from habilitations.models import Demande, Habilitation, HabilitationQuerySet, Profil, droits_confies_a
from habilitations.queries.demandes import Fait
from journal.models import Evenement
from structures.models import Structure
from structures.mots import cherches

ECHUES_MONTREES = timedelta(days=365)


@dataclass(frozen=True)
class DroitsDUnProfil:
    """Ce qu'une personne tient sous un profil : en vigueur, suspendu, ou échu sans que rien l'ait remplacé."""

    profil: Profil
    habilitations: Sequence[Habilitation]
    # Celle dont le bouton « Renouveler » part ; toutes celles qui peuvent l'être iront dans la même demande.
    a_renouveler: Habilitation | None
    renouvellement: Demande | None


def droits_de(personne: Utilisateur) -> list[DroitsDUnProfil]:
    """Les droits de la personne, profil par profil ; ceux échus depuis plus d'un an n'y sont plus."""
    recents = Q(etat__in=TENUES) | Q(etat=EtatHabilitation.EXPIREE, fin_le__gte=timezone.localdate() - ECHUES_MONTREES)
    habilitations = (
        Habilitation.objects.filter(recents, titulaire=personne)
        .select_related("profil__application", "structure")
        .order_by("profil__application__ordre", "profil__ordre", "profil", "structure__nom", "structure", "-pk")
    )
    en_cours = {
        demande.profil_id: demande
        for demande in Demande.objects.non_decidees().filter(demandeur=personne, type=TypeDemande.RENOUVELLEMENT)
    }
    droits = []
    for profil, siens in groupby(habilitations, key=lambda habilitation: habilitation.profil):
        # La première d'une structure est la dernière ouverte : une échue que rien n'a suivie reste montrée.
        par_structure: dict[int | None, Habilitation] = {}
        for habilitation in siens:
            par_structure.setdefault(habilitation.structure_id, habilitation)
        derniers = list(par_structure.values())
        a_renouveler = next((un for un in derniers if un.est_renouvelable), None)
        droits.append(DroitsDUnProfil(profil, derniers, a_renouveler, en_cours.get(profil.pk)))
    return droits


ONGLETS_DES_DROITS = {
    "en_vigueur": "En vigueur",
    "a_revoir": "À revoir",
    "suspendues": "Suspendues",
    "passees": "Passées",
}


def droits_confies(personne: Utilisateur) -> HabilitationQuerySet:
    """Habilitations des portefeuilles de la personne, prêtes à montrer."""
    return (
        droits_confies_a(personne)
        .select_related("titulaire", "profil__application", "structure__departement")
        .order_by("titulaire__nom", "titulaire__prenom", "titulaire", "profil", "structure__nom", "pk")
    )


def droits_d_un_onglet(droits: HabilitationQuerySet, onglet: str) -> HabilitationQuerySet:
    if onglet == "a_revoir":
        return droits.a_revoir()
    if onglet == "suspendues":
        return droits.filter(etat=EtatHabilitation.SUSPENDUE)
    return droits.exclude(etat__in=TENUES) if onglet == "passees" else droits.actives()


def filtrer_les_droits(droits: HabilitationQuerySet, criteres: dict[str, Any]) -> HabilitationQuerySet:
    """Applique les critères de `FiltresDesDroitsForm` ; un mot de `q` se cherche dans la personne et la structure."""
    if application := criteres.get("application"):
        droits = droits.filter(profil__application=application)
    if profil := criteres.get("profil"):
        droits = droits.filter(profil=profil)
    if departement := criteres.get("departement"):
        droits = droits.filter(structure__departement=departement)
    for mot in criteres.get("q", "").split():
        personnes, structures = nommes(mot)
        droits = droits.filter(Q(titulaire__in=personnes.values("pk")) | Q(structure__in=structures.values("pk")))
    return droits


def nommes(mot: str) -> tuple[QuerySet[Utilisateur], QuerySet[Structure]]:
    """Personnes et structures où se lit un mot, chacune cherchée dans sa table."""
    structure = Q(numero_finess__istartswith=mot) | Q(nom__icontains=mot)
    for cherche in cherches(mot):
        structure |= Q(mots__contains=f" {cherche}")
    return Utilisateur.objects.filter(nommees(mot)), Structure.objects.filter(structure).order_by()


def histoire(habilitation: Habilitation) -> list[Fait]:
    """La vie de l'habilitation, du plus ancien au plus récent, d'après le journal."""
    evenements = (
        Evenement.objects.sur(habilitation)
        .filter(action__in=GESTES_HABILITATION)
        .select_related("acteur")
        .order_by("date", "pk")
    )
    return [Fait(GESTES_HABILITATION[evenement.action], evenement) for evenement in evenements]
