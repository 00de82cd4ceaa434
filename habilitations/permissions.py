"""Qui peut quoi sur une demande ou une habilitation, et sinon pourquoi."""

from dataclasses import dataclass

from django.utils.formats import date_format

from accounts.models import Utilisateur
from habilitations.enums import (
    A_RENOUVELER,
    NON_DECIDEES,
    TRANSITIONS,
    TRANSITIONS_HABILITATION,
    EtatDemande,
    EtatHabilitation,
)
from habilitations.models import Demande, Habilitation, confiees_a


@dataclass(frozen=True)
class Reponse:
    permis: bool
    raison: str = ""

    def __bool__(self) -> bool:
        return self.permis


OUI = Reponse(permis=True)


def _non(raison: str) -> Reponse:
    return Reponse(permis=False, raison=raison)


def peut_decider(personne: Utilisateur, demande: Demande) -> Reponse:
    if demande.demandeur_id == personne.pk:
        return _non("Nul ne décide de sa propre demande : une autre personne gestionnaire s'en charge.")
    if demande.etat == EtatDemande.A_COMPLETER:
        return _non("Une question attend la réponse de la personne : retirez-la pour décider maintenant.")
    if demande.etat != EtatDemande.EN_ATTENTE:
        return _non("Cette demande n'attend plus de décision.")
    if not confiees_a(personne).filter(pk=demande.pk).exists():
        return _non("Aucun de vos portefeuilles ne couvre cette demande.")
    return OUI


def peut_affecter(personne: Utilisateur, demande: Demande) -> Reponse:
    if demande.etat not in NON_DECIDEES:
        return _non("Cette demande n'attend plus de décision.")
    if not confiees_a(personne).filter(pk=demande.pk).exists():
        return _non("Aucun de vos portefeuilles ne couvre cette demande.")
    return OUI


def peut_annuler(personne: Utilisateur, demande: Demande) -> Reponse:
    if demande.demandeur_id != personne.pk:
        return _non("Seule la personne qui a fait la demande peut la retirer.")
    if EtatDemande.ANNULEE not in TRANSITIONS[EtatDemande(demande.etat)]:
        return _non("Cette demande n'attend plus de décision.")
    return OUI


TROP_TARD = "Le courriel de cette décision est parti : elle ne s'annule plus."


def peut_annuler_la_decision(personne: Utilisateur, demande: Demande) -> Reponse:
    """La demande est lue avec `courriel_de_decision`."""
    if demande.decideur_id != personne.pk:
        return _non("Seule la personne qui a décidé peut annuler sa décision.")
    if demande.courriel_de_decision is None or not demande.courriel_de_decision.retenu_jusqu_au:
        return _non(TROP_TARD)
    return OUI


def peut_renoncer(personne: Utilisateur, habilitation: Habilitation) -> Reponse:
    if habilitation.titulaire_id != personne.pk:
        return _non("Seule la personne qui tient une habilitation peut y renoncer.")
    if EtatHabilitation.RENONCEE not in TRANSITIONS_HABILITATION[EtatHabilitation(habilitation.etat)]:
        return _non("Cette habilitation n'est plus en vigueur.")
    return OUI


def peut_renouveler(personne: Utilisateur, habilitation: Habilitation) -> Reponse:
    """`RENOUVELLEMENT_JOURS` avant la fin au plus tôt, et après elle tant que rien n'a remplacé le droit."""
    if habilitation.titulaire_id != personne.pk:
        return _non("Seule la personne qui tient une habilitation peut la renouveler.")
    if habilitation.etat == EtatHabilitation.SUSPENDUE:
        return _non(f"Cette habilitation est suspendue : {habilitation.motif}")
    if habilitation.etat not in A_RENOUVELER:
        return _non("Cette habilitation n'est plus en vigueur.")
    le = habilitation.renouvelable_le
    if le is None:
        return _non("Cette habilitation n'a pas de date de fin.")
    if not habilitation.est_renouvelable:
        return _non(f"Cette habilitation se renouvelle à partir du {date_format(le, 'd/m/Y')}.")
    return OUI
