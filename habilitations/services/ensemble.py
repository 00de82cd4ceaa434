"""Un même geste sur plusieurs demandes : chacune est jugée à part, dans sa transaction, et dit son issue."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from accounts.models import Utilisateur
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Demande, confiees_a

HORS_PORTEFEUILLE = "Elle n'est plus dans vos portefeuilles : rien n'a été fait."


@dataclass(frozen=True)
class Issue:
    """Ce qu'il est advenu d'une demande ; `refus` est vide si le geste a été fait."""

    numero: int
    personne: str
    refus: str = ""


def sur_plusieurs(*, numeros: Collection[int], geste: Callable[[Demande], object], acteur: Utilisateur) -> list[Issue]:
    """Fait le geste sur chaque demande qui le permet encore ; le refus de l'une n'arrête pas les autres.

    Le droit et l'état se relisent pour chacune. D'une demande qui n'est plus confiée à `acteur`, rien n'est dit.
    """
    return [_sur_une(numero, geste, acteur) for numero in numeros]


def _sur_une(numero: int, geste: Callable[[Demande], object], acteur: Utilisateur) -> Issue:
    demande = confiees_a(acteur).select_related("demandeur", "profil__application").filter(pk=numero).first()
    if demande is None:
        return Issue(numero, "", HORS_PORTEFEUILLE)
    try:
        geste(demande)
    except (TransitionInterdite, DemandeImpossible) as refus:
        return Issue(numero, str(demande.demandeur), str(refus))
    return Issue(numero, str(demande.demandeur))
