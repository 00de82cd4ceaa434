"""Pourquoi une application n'est pas ouverte à une personne, et ce qu'elle peut y faire."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Prefetch, Q
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations.enums import NON_DECIDEES, EtatDemande, EtatHabilitation, RaisonAbsence
from habilitations.models import Application, Demande, Habilitation, Profil
from structures.enums import EtatStructure
from structures.models import Structure

# Ce qui n'explique rien : retirée, retenue jusqu'à la confirmation de l'adresse, ou devenue une habilitation.
SANS_EFFET = (EtatDemande.ANNULEE, EtatDemande.A_CONFIRMER, EtatDemande.ACCEPTEE)


@dataclass(frozen=True)
class Absence:
    """Pourquoi un profil n'ouvre pas son application. `le` et `motif` selon la raison."""

    raison: RaisonAbsence
    le: date | None = None
    motif: str = ""
    profil: Profil | None = None
    demande: Demande | None = None
    habilitation: Habilitation | None = None
    # Établissements fermés ou absents du registre, parmi ceux que cela concerne, lus avec leur successeur.
    structures_fermees: Sequence[Structure] = field(default=())

    @property
    def se_demande(self) -> bool:
        """Le profil est toujours proposé ; sinon, seul le support peut aider."""
        return self.profil is None or (self.profil.ouvert and self.profil.application.ouverte)


@dataclass(frozen=True)
class ApplicationManquante:
    """Une application sans tuile : ce qui s'est passé pour chaque profil, ou rien."""

    application: Application
    absences: Sequence[Absence]


def absence(personne: Utilisateur, application: str) -> Absence:
    """La première raison pour laquelle l'application (désignée par son code) n'a pas de tuile."""
    trouvees = _absences(personne, Q(profil__application__code=application))
    return trouvees[0] if trouvees else Absence(RaisonAbsence.JAMAIS)


def applications_manquantes(personne: Utilisateur) -> list[ApplicationManquante]:
    """Applications sans tuile : celles que l'on propose, et celles où la personne a demandé ou tenu quelque chose.

    Celles où il s'est passé quelque chose d'abord.
    """
    trouvees = _absences(personne, Q())
    droits = Habilitation.objects.actives().filter(titulaire=personne)
    concernees = {absence.profil.application_id for absence in trouvees if absence.profil}
    sans_tuile = Application.objects.filter(Q(ouverte=True) | Q(pk__in=concernees)).exclude(
        pk__in=droits.values("profil__application")
    )
    manquantes = [
        ApplicationManquante(
            application, [un for un in trouvees if un.profil and un.profil.application_id == application.pk]
        )
        for application in sans_tuile
    ]
    return sorted(manquantes, key=lambda manquante: not manquante.absences)


def _absences(personne: Utilisateur, portee: Q) -> list[Absence]:
    """Une par profil demandé ou tenu, hors droits en vigueur : ce qui attend, puis ce qui s'est passé en dernier."""
    lieux = Structure.objects.select_related("successeur")
    demandes = (
        Demande.objects.filter(portee, demandeur=personne)
        .exclude(etat__in=SANS_EFFET)
        .select_related("profil__application")
        .prefetch_related(Prefetch("structures", queryset=lieux))
    )
    droits = (
        Habilitation.objects.filter(portee, titulaire=personne)
        .exclude(etat=EtatHabilitation.ANNULEE)
        .exclude(pk__in=Habilitation.objects.actives().filter(titulaire=personne).values("pk"))
        .select_related("profil__application", "structure__successeur")
    )
    faits = [_de_la_demande(demande) for demande in demandes] + [_du_droit(droit) for droit in droits]
    par_profil: dict[Profil | None, Absence] = {}
    for _, explication in sorted(faits, key=lambda fait: fait[0], reverse=True):
        par_profil.setdefault(explication.profil, explication)
    return list(par_profil.values())


# De quoi ranger une explication : attend-elle une décision, est-ce une suspension, de quand date-t-elle.
Fait = tuple[tuple[bool, bool, datetime], Absence]


def _de_la_demande(demande: Demande) -> Fait:
    le = demande.decidee_le or demande.soumise_le or demande.creee_le
    attend = demande.etat in NON_DECIDEES
    explication = Absence(
        raison=RaisonAbsence(demande.etat),
        le=le,
        motif=demande.motif,
        profil=demande.profil,
        demande=demande,
        structures_fermees=[lieu for lieu in demande.structures.all() if lieu.etat != EtatStructure.OUVERT],
    )
    return (attend, False, le), explication


def _du_droit(droit: Habilitation) -> Fait:
    """Actif mais sans tuile, le droit est échu : la tournée de la nuit ne l'a pas encore fermé."""
    echu = droit.etat in (EtatHabilitation.ACTIVE, EtatHabilitation.EXPIREE)
    le = droit.suspendue_le or droit.close_le or timezone.now()
    # Échue à son terme, elle date de son dernier jour ; fermée avant lui par une revue, du jour de sa fermeture.
    fin = droit.fin_le if echu and droit.fin_le and droit.fin_le < timezone.localdate(le) else None
    lieu = droit.structure
    explication = Absence(
        raison=RaisonAbsence.EXPIREE if echu else RaisonAbsence(droit.etat),
        le=fin or le,
        motif=droit.motif,
        profil=droit.profil,
        habilitation=droit,
        structures_fermees=[lieu] if lieu and lieu.etat != EtatStructure.OUVERT else [],
    )
    return (False, droit.etat == EtatHabilitation.SUSPENDUE, le), explication
