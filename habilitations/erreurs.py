"""Ce que le domaine refuse, en une phrase à montrer telle quelle."""

from datetime import datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime

from habilitations.enums import EtatDemande, EtatHabilitation
from habilitations.models import Demande, Habilitation


class DemandeImpossible(Exception):
    """La demande ne peut pas être faite ainsi ; le message dit pourquoi et que faire."""


class AbsenceImpossible(Exception):
    """L'absence ne peut pas être déclarée ainsi ; le message dit pourquoi et que faire."""


class TransitionInterdite(Exception):
    """L'état de la demande ou de l'habilitation ne permet plus ce geste ; le message dit qui l'a changé, et quand."""

    def __init__(self, objet: Demande | Habilitation, phrase: str = "") -> None:
        super().__init__(phrase or (_deja(objet) if isinstance(objet, Demande) else _deja_close(objet)))
        self.objet = objet


def _deja(demande: Demande) -> str:
    if demande.decidee_le:
        le = date_format(localtime(demande.decidee_le), "d/m/Y à H:i")
        return f"Déjà traitée par {demande.decidee_par} le {le} : demande {demande.get_etat_display().lower()}."
    if demande.annulee_le:
        le = date_format(localtime(demande.annulee_le), "d/m/Y à H:i")
        return f"Cette demande a été retirée par {demande.demandeur} le {le}."
    if demande.complement_ouvert:
        le = date_format(localtime(demande.complement_ouvert.demande_le), "d/m/Y à H:i")
        return (
            f"Une question est posée à {demande.demandeur} depuis le {le} : attendez sa réponse, ou retirez la "
            "question, avant de décider."
        )
    if demande.etat == EtatDemande.EN_ATTENTE and demande.soumise_le:
        le = date_format(localtime(demande.soumise_le), "d/m/Y à H:i")
        return f"Cette demande a déjà été envoyée le {le}."
    return "Cette demande n'a pas encore été envoyée."


def _deja_close(habilitation: Habilitation) -> str:
    if habilitation.etat == EtatHabilitation.ACTIVE:
        return "Cette habilitation n'est pas suspendue."
    if habilitation.suspendue_le:
        return f"Cette habilitation est déjà suspendue depuis le {_le(habilitation.suspendue_le)}."
    le = _le(habilitation.close_le) if habilitation.close_le else ""
    return f"Cette habilitation n'est plus en vigueur : {habilitation.get_etat_display().lower()} le {le}."


def _le(date: datetime) -> str:
    return date_format(localtime(date), "d/m/Y à H:i")
