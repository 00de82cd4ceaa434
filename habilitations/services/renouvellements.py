"""Demander qu'une habilitation soit prolongée : une demande préremplie, que la personne relit et envoie."""

from django.db import transaction

from accounts.models import Utilisateur
from habilitations.enums import A_RENOUVELER, TypeDemande
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, Habilitation, StructureDemandee
from habilitations.permissions import peut_renouveler
from habilitations.services.controles import exiger_nouveaute, exiger_profil_propose, exiger_structure_admise
from habilitations.services.verrous import relire_habilitation
from journal.services import consigner


@transaction.atomic
def renouveler(*, habilitation: Habilitation, acteur: Utilisateur) -> Demande:
    """Commence, ou reprend, le renouvellement d'un profil : les autres structures qui vont finir y viennent aussi.

    Lève `DemandeImpossible` si cette habilitation ne peut pas être renouvelée ; le droit en vigueur ne change pas.
    """
    habilitation = relire_habilitation(habilitation)
    permis = peut_renouveler(acteur, habilitation)
    if not permis:
        raise DemandeImpossible(permis.raison)
    profil = habilitation.profil
    exiger_profil_propose(profil)
    demande = (
        Demande.objects.brouillons()
        .filter(demandeur=acteur, profil=profil, type=TypeDemande.RENOUVELLEMENT)
        .select_related("profil__application")
        .first()
    ) or Demande(demandeur=acteur, profil=profil, type=TypeDemande.RENOUVELLEMENT)
    _exiger_renouvelable(demande, habilitation)
    if demande.pk is None:
        demande.save()
        consigner(acteur=acteur, action="demande.commencee", objet=demande, apres={"profil": str(profil)})
    for autre in _a_renouveler_ensemble(habilitation, acteur):
        _joindre(demande, autre)
    return demande


def _exiger_renouvelable(demande: Demande, habilitation: Habilitation) -> None:
    if habilitation.structure:
        exiger_structure_admise(demande.profil, habilitation.structure)
        exiger_nouveaute(demande, [habilitation.structure])
    else:
        exiger_nouveaute(demande, [])


def _a_renouveler_ensemble(habilitation: Habilitation, acteur: Utilisateur) -> list[Habilitation]:
    """Celle que la personne a choisie d'abord, puis ses autres structures du même profil que l'on peut renouveler."""
    autres = Habilitation.objects.filter(
        titulaire=acteur, profil=habilitation.profil, etat__in=A_RENOUVELER, structure__isnull=False
    ).select_related("structure__type", "structure__categorie")
    return sorted(
        (autre for autre in autres if peut_renouveler(acteur, autre)), key=lambda autre: autre.pk != habilitation.pk
    )


def _joindre(demande: Demande, habilitation: Habilitation) -> None:
    """Sans effet si la structure y est déjà, ou si elle ne peut pas être renouvelée : un autre droit l'a remplacée."""
    structure = habilitation.structure
    if structure is None or demande.structures_demandees.filter(structure=structure).exists():
        return
    try:
        _exiger_renouvelable(demande, habilitation)
    except DemandeImpossible:
        return
    StructureDemandee.objects.create(
        demande=demande, structure=structure, demandeur=demande.demandeur, profil=demande.profil
    )
