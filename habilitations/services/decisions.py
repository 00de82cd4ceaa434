"""Accepter ou refuser : une demande est décidée une fois, et chaque décision écrit un seul courriel.

Le courriel est retenu quelques secondes (DECISION_ANNULABLE_SECONDES), le temps de revenir sur un faux pas.
"""

from django.db import transaction
from django.utils import timezone

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from courriels.services import reprendre
from habilitations import courriels
from habilitations.enums import DECIDEES, EtatDemande
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, RegleAcceptation, StructureDemandee
from habilitations.permissions import TROP_TARD, peut_annuler_la_decision
from habilitations.queries import en_suppleance_de
from habilitations.services.delais import arreter, relancer
from habilitations.services.droits import defaire, ouvrir
from habilitations.services.verrous import exiger, relire_demande
from journal.services import consigner


@transaction.atomic
def accepter(
    *, demande: Demande, acteur: Utilisateur | None, motif: str = "", regle: RegleAcceptation | None = None
) -> Demande:
    """Ouvre une habilitation par structure (une seule, sans structure, si le profil n'en attend pas).

    `motif`, facultatif : un mot que la personne lira dans le courriel. `acteur` vaut None quand une `regle` accepte.
    """
    demande = _decider(demande, EtatDemande.ACCEPTEE, acteur, motif.strip(), regle)
    for structure in demande.structures.all() if not demande.sans_structure else [None]:
        ouvrir(titulaire=demande.auteur, profil=demande.profil, structure=structure, demande=demande, acteur=acteur)
    demande.courriel_de_decision = courriels.demande_acceptee(demande)
    demande.save()
    return demande


@transaction.atomic
def refuser(*, demande: Demande, acteur: Utilisateur, motif: str) -> Demande:
    """Le motif est montré tel quel à la personne."""
    if not motif.strip():
        raise DemandeImpossible("Indiquez le motif du refus : la personne le lira.")
    demande = _decider(demande, EtatDemande.REFUSEE, acteur, motif.strip())
    demande.courriel_de_decision = courriels.demande_refusee(demande)
    demande.save()
    return demande


def _decider(
    demande: Demande,
    etat: EtatDemande,
    acteur: Utilisateur | None,
    motif: str = "",
    regle: RegleAcceptation | None = None,
) -> Demande:
    demande = relire_demande(demande)
    exiger(demande, etat)
    arreter(demande)
    demande.etat, demande.decideur, demande.decidee_le, demande.motif = etat, acteur, timezone.now(), motif
    demande.regle = regle
    absent = en_suppleance_de(acteur, demande) if acteur else None
    demande.save()
    demande.structures_demandees.update(en_attente=False)
    consigner(
        acteur=acteur,
        action=f"demande.{etat}",
        objet=demande,
        avant={"etat": EtatDemande.EN_ATTENTE},
        apres={"etat": etat}
        | ({"motif": motif} if motif else {})
        | ({"regle": str(regle)} if regle else {})
        | ({"en_suppleance_de": str(absent)} if absent else {}),
    )
    return demande


@transaction.atomic
def annuler_decision(*, demande: Demande, acteur: Utilisateur) -> Demande:
    """Remet en attente une demande qu'`acteur` vient de décider : les droits ouverts se retirent, rien ne part.

    Lève `TransitionInterdite` si la demande n'est plus décidée, `DemandeImpossible` si le courriel est parti, si
    quelqu'un d'autre a décidé, ou si la personne a entre-temps fermé son compte ou refait la même demande.
    """
    demande = relire_demande(demande)
    exiger(demande, EtatDemande.EN_ATTENTE, depuis=DECIDEES)
    permis = peut_annuler_la_decision(acteur, demande)
    courriel = demande.courriel_de_decision
    if not permis or courriel is None:
        raise DemandeImpossible(permis.raison)
    if not reprendre(courriel=courriel):
        raise DemandeImpossible(TROP_TARD)
    _exiger_de_pouvoir_attendre(demande)
    defaire(demande=demande, acteur=acteur)
    avant = {"etat": demande.etat} | ({"motif": demande.motif} if demande.motif else {})
    relancer(demande)
    demande.etat, demande.motif = EtatDemande.EN_ATTENTE, ""
    demande.decideur = demande.decidee_le = demande.courriel_de_decision = None
    demande.save()
    demande.structures_demandees.update(en_attente=True)
    consigner(
        acteur=acteur,
        action="demande.decision_annulee",
        objet=demande,
        avant=avant,
        apres={"etat": demande.etat},
    )
    return demande


def _exiger_de_pouvoir_attendre(demande: Demande) -> None:
    """La demande peut reprendre sa place dans la file : son auteur est là, et n'en attend pas une pareille."""
    if demande.auteur.etat != EtatCompte.ACTIF:
        raise DemandeImpossible(f"Le compte de {demande.demandeur} n'est plus ouvert : la décision ne s'annule plus.")
    autres = Demande.objects.non_decidees().filter(demandeur=demande.demandeur, profil=demande.profil)
    if not demande.sans_structure:
        demandees = StructureDemandee.objects.filter(structure__in=demande.structures.all())
        autres = autres.filter(pk__in=demandees.order_by().values("demande"))
    if autres.exists():
        raise DemandeImpossible(
            f"{demande.demandeur} a fait entre-temps une demande pareille : décidez de celle-là, cette décision reste."
        )
