"""Les gestes du support sur un compte."""

from django.db import transaction

from accounts import courriels
from accounts.enums import EtatCompte, FinDeSession
from accounts.erreurs import GesteRefuse, TransitionInterdite
from accounts.models import Utilisateur
from accounts.permissions import refus_de_desactiver
from accounts.services.commun import deja, exiger_un_motif, passer, verrouiller
from accounts.services.fermeture import rouvrir
from accounts.services.sessions import fermer_les_sessions
from journal.services import consigner


def desactiver(*, acteur: Utilisateur, personne: Utilisateur, motif: str) -> None:
    """Ferme un compte et ses sessions, que le rouvrir ne rouvre pas. Lève `GesteRefuse` ou `TransitionInterdite`."""
    if refus := refus_de_desactiver(acteur, personne):
        raise GesteRefuse(refus)
    exiger_un_motif(motif)
    with transaction.atomic():
        _changer_etat(acteur, verrouiller(personne), EtatCompte.DESACTIVE, "compte.desactive", motif)
        fermer_les_sessions(personne, FinDeSession.DESACTIVATION)


def reactiver(*, acteur: Utilisateur, personne: Utilisateur, motif: str) -> None:
    """Rouvre un compte désactivé ou fermé ; jamais confirmé, il reste à confirmer.

    Lève `GesteRefuse` ou `TransitionInterdite`.
    """
    exiger_un_motif(motif)
    with transaction.atomic():
        personne = verrouiller(personne)
        if personne.etat not in (EtatCompte.DESACTIVE, EtatCompte.FERME):
            raise TransitionInterdite(deja(personne))
        cible = EtatCompte.ACTIF if personne.confirme_le else EtatCompte.A_CONFIRMER
        _changer_etat(acteur, personne, cible, "compte.reactive", motif)


def aider_a_confirmer(*, acteur: Utilisateur, personne: Utilisateur) -> None:
    """Renvoie la confirmation, à la demande du support. Lève `TransitionInterdite` si le compte ne l'attend pas."""
    with transaction.atomic():
        personne = verrouiller(personne)
        if personne.etat != EtatCompte.A_CONFIRMER:
            raise TransitionInterdite(deja(personne))
        consigner(acteur=acteur, action="compte.confirmation_demandee", objet=personne)
        courriels.confirmation(personne)


def _changer_etat(acteur: Utilisateur, personne: Utilisateur, etat: EtatCompte, action: str, motif: str) -> None:
    avant = personne.etat
    passer(personne, etat)
    rouvrir(personne)
    personne.save(update_fields=["etat", "ferme_le", "fermeture", "avertissements", "averti_le"])
    consigner(
        acteur=acteur,
        action=action,
        objet=personne,
        avant={"etat": avant},
        apres={"etat": personne.etat, "motif": motif},
    )
