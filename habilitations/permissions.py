"""Qui peut quoi sur une demande ou une habilitation, et sinon pourquoi."""

from dataclasses import dataclass

from accounts.models import Utilisateur
from habilitations.enums import TRANSITIONS, TRANSITIONS_HABILITATION, EtatDemande, EtatHabilitation
from habilitations.models import Demande, Habilitation


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
    if demande.etat != EtatDemande.EN_ATTENTE:
        return _non("Cette demande n'attend plus de décision.")
    if not Demande.objects.confiees_a(personne).filter(pk=demande.pk).exists():
        return _non("Aucun de vos portefeuilles ne couvre cette demande.")
    return OUI


def peut_annuler(personne: Utilisateur, demande: Demande) -> Reponse:
    if demande.demandeur_id != personne.pk:
        return _non("Seule la personne qui a fait la demande peut la retirer.")
    if EtatDemande.ANNULEE not in TRANSITIONS[EtatDemande(demande.etat)]:
        return _non("Cette demande n'attend plus de décision.")
    return OUI


def peut_renoncer(personne: Utilisateur, habilitation: Habilitation) -> Reponse:
    if habilitation.titulaire_id != personne.pk:
        return _non("Seule la personne qui tient une habilitation peut y renoncer.")
    if EtatHabilitation.RENONCEE not in TRANSITIONS_HABILITATION[EtatHabilitation(habilitation.etat)]:
        return _non("Cette habilitation n'est plus en vigueur.")
    return OUI
