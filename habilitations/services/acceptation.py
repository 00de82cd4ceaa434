"""Accepter par une règle, et vérifier après coup les demandes tirées au sort."""

from secrets import randbelow

from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations.enums import EtatHabilitation, EtatVerification
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Demande, Verification
from habilitations.queries import acceptation_automatique
from habilitations.services.decisions import accepter
from habilitations.services.droits import revoquer
from habilitations.services.rappels import aviser_de_la_verification
from habilitations.services.verrous import relire_demande
from journal.services import consigner


def accepter_par_regle(demande: Demande) -> Demande | None:
    """Accepte la demande qui vient d'être envoyée, si une règle allumée le permet ; None sinon."""
    acceptation = acceptation_automatique(demande)
    if acceptation is None:
        return None
    demande = accepter(demande=demande, acteur=None, motif=acceptation.explication, regle=acceptation.regle)
    if randbelow(100) < acceptation.regle.taux_de_verification:
        Verification.objects.create(demande=demande)
        consigner(acteur=None, action="demande.a_verifier", objet=demande, apres={"regle": str(acceptation.regle)})
        aviser_de_la_verification(demande)
    return demande


@transaction.atomic
def confirmer_acceptation(*, demande: Demande, acteur: Utilisateur) -> Demande:
    """Une personne confirme ce qu'une règle a accepté. Lève `TransitionInterdite` si c'est déjà vérifié."""
    return _verifier(demande, EtatVerification.CONFIRMEE, acteur)


@transaction.atomic
def revoquer_acceptation(*, demande: Demande, acteur: Utilisateur, motif: str) -> Demande:
    """Révoque les droits qu'une règle a ouverts ; la personne lira le motif. Lève `TransitionInterdite` de même."""
    if not motif.strip():
        raise DemandeImpossible("Indiquez le motif de la révocation : la personne le lira.")
    demande = _verifier(demande, EtatVerification.REVOQUEE, acteur, motif.strip())
    ouvertes = demande.habilitations.filter(etat__in=[EtatHabilitation.ACTIVE, EtatHabilitation.SUSPENDUE])
    for habilitation in ouvertes:
        revoquer(habilitation=habilitation, acteur=acteur, motif=motif)
    return demande


def _verifier(demande: Demande, etat: EtatVerification, acteur: Utilisateur, motif: str = "") -> Demande:
    demande = relire_demande(demande)
    a_faire = Verification.objects.filter(demande=demande, etat=EtatVerification.A_VERIFIER)
    if not a_faire.update(etat=etat, par=acteur, faite_le=timezone.now()):
        raise TransitionInterdite(demande, "Cette acceptation a déjà été vérifiée par quelqu'un d'autre.")
    consigner(
        acteur=acteur,
        action=f"demande.verification_{etat}",
        objet=demande,
        apres={"verification": etat} | ({"motif": motif} if motif else {}),
    )
    return demande
