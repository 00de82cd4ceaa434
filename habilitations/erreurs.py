"""Ce que le domaine refuse, en une phrase à montrer telle quelle."""

from django.utils.formats import date_format
from django.utils.timezone import localtime

from habilitations.enums import EtatDemande
from habilitations.models import Demande, Habilitation


class DemandeImpossible(Exception):
    """La demande ne peut pas être faite ainsi ; le message dit pourquoi et que faire."""


class TransitionInterdite(Exception):
    """L'état de la demande ou de l'habilitation ne permet plus ce geste ; le message dit qui l'a changé, et quand."""

    def __init__(self, objet: Demande | Habilitation) -> None:
        super().__init__(_deja(objet) if isinstance(objet, Demande) else _deja_close(objet))
        self.objet = objet


def _deja(demande: Demande) -> str:
    if demande.decidee_le:
        le = date_format(localtime(demande.decidee_le), "d/m/Y à H:i")
        return f"Déjà traitée par {demande.decideur} le {le} : demande {demande.get_etat_display().lower()}."
    if demande.annulee_le:
        le = date_format(localtime(demande.annulee_le), "d/m/Y à H:i")
        return f"Cette demande a été retirée par {demande.demandeur} le {le}."
    if demande.etat == EtatDemande.EN_ATTENTE and demande.soumise_le:
        le = date_format(localtime(demande.soumise_le), "d/m/Y à H:i")
        return f"Cette demande a déjà été envoyée le {le}."
    return "Cette demande n'a pas encore été envoyée."


def _deja_close(habilitation: Habilitation) -> str:
    le = date_format(localtime(habilitation.close_le), "d/m/Y à H:i") if habilitation.close_le else ""
    return f"Cette habilitation n'est plus en vigueur : {habilitation.get_etat_display().lower()} le {le}."
