"""Quitter une structure : rendre d'un seul geste ce qu'on y tient, et proposer à quelqu'un de prendre la suite."""

from collections.abc import Collection

from django.db import transaction

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from accounts.services import quitter_structure_d_appartenance
from habilitations import courriels
from habilitations.enums import TypeDemande
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, Profil
from habilitations.queries import TenuDansUneStructure, a_aviser_du_droit, tenu_dans
from habilitations.services.demandes import ajouter_structure, annuler
from habilitations.services.droits import renoncer
from habilitations.services.situation import situer
from habilitations.services.verrous import relire_demande, verrouiller_personnes
from journal.services import consigner
from structures.models import Structure


@transaction.atomic
def quitter_structure(*, structure: Structure, acteur: Utilisateur, remettre_a: str = "") -> TenuDansUneStructure:
    """Rend tout ce qu'`acteur` tient dans une structure ; rend ce qui l'a été. Sans effet la seconde fois.

    `remettre_a` : l'adresse de qui prend la suite. Cette personne reçoit une demande préremplie à relire et à envoyer ;
    rien ne lui est ouvert sans décision. Sans compte à cette adresse, un courriel l'invite à en créer un. Les
    gestionnaires de ce qui est rendu l'apprennent.
    """
    suite = Utilisateur.objects.filter(courriel__iexact=remettre_a, etat=EtatCompte.ACTIF).exclude(pk=acteur.pk).first()
    verrouiller_personnes([acteur.pk, *([suite.pk] if suite else [])])
    personne = Utilisateur.objects.get(pk=acteur.pk)
    tenu = tenu_dans(personne, structure)
    if not tenu:
        return tenu
    for habilitation in tenu.habilitations:
        renoncer(habilitation=habilitation, acteur=personne, avertir=False)
    for demande in [*tenu.demandes, *tenu.brouillons]:
        _retirer_ou_annuler(demande, structure, personne)
    if tenu.appartenance:
        quitter_structure_d_appartenance(acteur=personne)
    consigner(
        acteur=personne,
        action="structure.quittee",
        objet=structure,
        apres={
            "habilitations": [habilitation.pk for habilitation in tenu.habilitations],
            "demandes": [demande.pk for demande in [*tenu.demandes, *tenu.brouillons]],
        }
        | ({"remis_a": remettre_a} if remettre_a else {}),
    )
    courriels.structure_quittee(personne, structure, tenu, remettre_a)
    if remettre_a and tenu.profils:
        _remettre(personne, structure, tenu.profils, remettre_a, suite)
    _prevenir_les_gestionnaires(personne, structure, tenu, remettre_a)
    return tenu


def _retirer_ou_annuler(demande: Demande, structure: Structure, personne: Utilisateur) -> None:
    """Une demande qui vise d'autres structures continue sans celle-ci."""
    if not demande.structures.exclude(pk=structure.pk).exists():
        annuler(demande=demande, acteur=personne)
        return
    demande = relire_demande(demande)
    demande.structures_demandees.filter(structure=structure).delete()
    situer(demande)
    demande.save(update_fields=["etendue", "departement"])
    if demande.complement_ouvert:
        demande.complement_ouvert.structures.remove(structure)
    consigner(acteur=personne, action="demande.structure_retiree", objet=demande, avant={"structure": str(structure)})


def _remettre(
    personne: Utilisateur, structure: Structure, profils: Collection[Profil], adresse: str, suite: Utilisateur | None
) -> None:
    """Une demande préremplie par profil ; ce que la suite tient ou attend déjà ne lui est pas proposé."""
    if suite is None:
        courriels.suite_proposee_a_une_adresse(adresse, personne, structure, profils)
        return
    demandes = [demande for profil in profils if (demande := _proposer(profil, structure, suite, personne))]
    courriels.suite_proposee(suite, personne, structure, demandes)


def _proposer(profil: Profil, structure: Structure, suite: Utilisateur, personne: Utilisateur) -> Demande | None:
    try:
        with transaction.atomic():
            brouillons = Demande.objects.brouillons().exclude(type=TypeDemande.RENOUVELLEMENT)
            demande = brouillons.filter(demandeur=suite, profil=profil).first() or Demande.objects.create(
                demandeur=suite, profil=profil
            )
            ajouter_structure(demande=demande, structure=structure, acteur=personne)
    except DemandeImpossible:
        return None
    Demande.objects.filter(pk=demande.pk).update(remise_par=personne)
    consigner(acteur=personne, action="demande.remise", objet=demande, apres={"a": str(suite)})
    return demande


def _prevenir_les_gestionnaires(
    personne: Utilisateur, structure: Structure, tenu: TenuDansUneStructure, remettre_a: str
) -> None:
    """Un courriel chacun, pour les habilitations de leurs portefeuilles."""
    par_gestionnaire: dict[Utilisateur, list[Profil]] = {}
    for profil in dict.fromkeys(habilitation.profil for habilitation in tenu.habilitations):
        for gestionnaire in a_aviser_du_droit(profil, structure, sauf=personne):
            par_gestionnaire.setdefault(gestionnaire, []).append(profil)
    for gestionnaire, profils in par_gestionnaire.items():
        courriels.depart_signale(gestionnaire, personne, structure, profils, remettre_a)
