"""Relire sous verrou, toujours dans le même ordre : la personne, puis sa demande, puis ses habilitations.

Le verrou de la personne met l'un après l'autre tous les gestes qui changent ses demandes et ses droits : deux envois,
deux décisions, un retrait et une décision. Deux personnes ne sont jamais verrouillées dans la même transaction,
hormis deux comptes que le support réunit, pris dans l'ordre de leurs numéros.
"""

from accounts.models import Utilisateur
from habilitations.enums import TRANSITIONS, TRANSITIONS_HABILITATION, EtatDemande, EtatHabilitation
from habilitations.erreurs import TransitionInterdite
from habilitations.models import Demande, Habilitation

# Numéro qu'aucune personne ne porte. Une demande sans auteur fait les lectures des autres, au même coût : le temps de
# réponse ne dit pas si l'adresse donnée à l'inscription avait déjà un compte.
PERSONNE_INCONNUE = 0


def verrouiller_personne(numero: int | None) -> None:
    # NO KEY : les lignes qui désignent la personne (journal, sessions) s'écrivent sans attendre.
    Utilisateur.objects.select_for_update(no_key=True).filter(pk=numero or PERSONNE_INCONNUE).first()


def relire_demande(demande: Demande) -> Demande:
    verrouiller_personne(demande.demandeur_id)
    return (
        Demande.objects.select_for_update(no_key=True, of=("self",))
        .select_related("profil__application", "demandeur", "decideur")
        .get(pk=demande.pk)
    )


def relire_brouillon(demande: Demande) -> Demande:
    """Lève `TransitionInterdite` si la demande est partie ou annulée."""
    demande = relire_demande(demande)
    if demande.etat != EtatDemande.BROUILLON:
        raise TransitionInterdite(demande)
    return demande


def relire_habilitation(habilitation: Habilitation) -> Habilitation:
    verrouiller_personne(habilitation.titulaire_id)
    return (
        Habilitation.objects.select_for_update(no_key=True, of=("self",))
        .select_related("profil__application", "titulaire", "structure")
        .get(pk=habilitation.pk)
    )


def exiger(demande: Demande, etat: EtatDemande) -> None:
    """Lève `TransitionInterdite` si la demande, relue sous verrou, ne peut pas prendre cet état."""
    if etat not in TRANSITIONS[EtatDemande(demande.etat)]:
        raise TransitionInterdite(demande)


def exiger_habilitation(habilitation: Habilitation, etat: EtatHabilitation) -> None:
    if etat not in TRANSITIONS_HABILITATION[EtatHabilitation(habilitation.etat)]:
        raise TransitionInterdite(habilitation)
