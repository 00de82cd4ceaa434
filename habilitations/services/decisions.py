"""Accepter ou refuser : une demande est décidée une fois, et chaque décision écrit un seul courriel."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations import courriels
from habilitations.enums import EtatDemande
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande
from habilitations.services.droits import ouvrir
from habilitations.services.verrous import exiger, relire_demande
from journal.services import consigner


@transaction.atomic
def accepter(*, demande: Demande, acteur: Utilisateur) -> Demande:
    """Ouvre une habilitation par structure (une seule, sans structure, si le profil n'en attend pas)."""
    demande = _decider(demande, EtatDemande.ACCEPTEE, acteur)
    for structure in demande.structures.all() if not demande.sans_structure else [None]:
        ouvrir(titulaire=demande.auteur, profil=demande.profil, structure=structure, demande=demande, acteur=acteur)
    courriels.demande_acceptee(demande)
    return demande


@transaction.atomic
def refuser(*, demande: Demande, acteur: Utilisateur, motif: str) -> Demande:
    """Le motif est montré tel quel à la personne."""
    if not motif.strip():
        raise DemandeImpossible("Indiquez le motif du refus : la personne le lira.")
    demande = _decider(demande, EtatDemande.REFUSEE, acteur, motif.strip())
    courriels.demande_refusee(demande)
    return demande


def _decider(demande: Demande, etat: EtatDemande, acteur: Utilisateur, motif: str = "") -> Demande:
    demande = relire_demande(demande)
    exiger(demande, etat)
    demande.etat, demande.decideur, demande.decidee_le, demande.motif = etat, acteur, timezone.now(), motif
    demande.save()
    demande.structures_demandees.update(en_attente=False)
    consigner(
        acteur=acteur,
        action=f"demande.{etat}",
        objet=demande,
        avant={"etat": EtatDemande.EN_ATTENTE},
        apres={"etat": etat} | ({"motif": motif} if motif else {}),
    )
    return demande
