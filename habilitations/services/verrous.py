"""Relire sous verrou, toujours dans le même ordre : la personne, puis sa demande, puis ses habilitations.

Le verrou de la personne met l'un après l'autre tous les gestes qui changent ses demandes et ses droits : deux envois,
deux décisions, un retrait et une décision. Les rares gestes qui touchent plusieurs personnes (deux comptes réunis, une
suite proposée, un transfert) les verrouillent toutes d'abord, dans l'ordre de leurs numéros.
"""

from collections.abc import Collection

from accounts.models import Utilisateur
from habilitations.enums import TRANSITIONS, TRANSITIONS_HABILITATION, EtatDemande, EtatHabilitation
from habilitations.erreurs import TransitionInterdite
from habilitations.models import Demande, Habilitation

# Numéro qu'aucune personne ne porte. Une demande sans auteur fait les lectures des autres, au même coût : le temps de
# réponse ne dit pas si l'adresse donnée à l'inscription avait déjà un compte.
PERSONNE_INCONNUE = 0


def verrouiller_personne(numero: int | None) -> Utilisateur | None:
    # NO KEY : les lignes qui désignent la personne (journal, sessions) s'écrivent sans attendre.
    return Utilisateur.objects.select_for_update(no_key=True).filter(pk=numero or PERSONNE_INCONNUE).first()


def verrouiller_personnes(numeros: Collection[int]) -> None:
    for numero in sorted(set(numeros)):
        verrouiller_personne(numero)


def relire_demande(demande: Demande) -> Demande:
    verrouiller_personne(demande.demandeur_id)
    return (
        Demande.objects.select_for_update(no_key=True, of=("self",))
        .select_related("profil__application", "demandeur", "decideur", "complement_ouvert", "courriel_de_decision")
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


def exiger(demande: Demande, etat: EtatDemande, *, depuis: Collection[EtatDemande] = tuple(EtatDemande)) -> None:
    """Lève `TransitionInterdite` si la demande, relue sous verrou, ne peut pas prendre cet état.

    `depuis` : les états d'où part ce geste, quand plusieurs gestes mènent au même état.
    """
    if demande.etat not in depuis or etat not in TRANSITIONS[EtatDemande(demande.etat)]:
        raise TransitionInterdite(demande)


def exiger_habilitation(habilitation: Habilitation, etat: EtatHabilitation) -> None:
    if etat not in TRANSITIONS_HABILITATION[EtatHabilitation(habilitation.etat)]:
        raise TransitionInterdite(habilitation)
