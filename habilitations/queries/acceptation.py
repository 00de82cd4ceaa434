"""Une règle accepterait-elle cette demande, et pourquoi."""

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from habilitations.enums import ADMINISTRATION, EtatDemande, EtatHabilitation, EtatVerification
from habilitations.models import Demande, DemandeQuerySet, Habilitation, RegleAcceptation, Verification, confiees_a
from habilitations.queries.preuves import MESSAGERIES_PUBLIQUES
from structures.enums import EtatStructure
from structures.models import Structure


@dataclass(frozen=True)
class Acceptation:
    """La règle qui accepte, et ses raisons en une phrase que la personne lira."""

    regle: RegleAcceptation
    explication: str


def acceptation_automatique(demande: Demande) -> Acceptation | None:
    """La première règle que la demande remplit ; None si une personne doit décider.

    Jamais pour l'ADMINISTRATION : une règle ne fait pas de gestionnaires. Jamais sans structure : rien n'y dit que la
    personne est connue.
    """
    regles = [] if demande.profil.application.code == ADMINISTRATION else list(_regles(demande))
    if not regles or not _sans_reserve(demande.auteur):
        return None
    structures = list(demande.structures.all())
    if not structures or any(structure.etat != EtatStructure.OUVERT for structure in structures):
        return None
    connues = _collegues(demande.auteur, structures)
    for regle in regles:
        if connues >= regle.collegues_min:
            return Acceptation(regle, _explication(connues, plusieurs=len(structures) > 1))
    return None


def _regles(demande: Demande) -> Collection[RegleAcceptation]:
    return RegleAcceptation.objects.pour(demande.profil)


def _sans_reserve(personne: Utilisateur) -> bool:
    """Adresse confirmée, d'un domaine qui n'est pas ouvert à tous ; ni refus, ni révocation, jamais."""
    return (
        personne.etat == EtatCompte.ACTIF
        and _domaine(personne) not in MESSAGERIES_PUBLIQUES
        and not Demande.objects.filter(demandeur=personne, etat=EtatDemande.REFUSEE).exists()
        and not Habilitation.objects.filter(titulaire=personne, etat=EtatHabilitation.REVOQUEE).exists()
    )


def _collegues(personne: Utilisateur, structures: Collection[Structure]) -> int:
    """Le plus petit nombre, parmi ces structures, de personnes habilitées qui partagent le domaine de la personne.

    Celles qu'une règle a acceptées ne comptent pas : d'une acceptation automatique n'en naît pas une autre.
    """
    connues = dict(
        Habilitation.objects.actives()
        .filter(
            Q(demande=None) | Q(demande__regle=None),
            structure__in=structures,
            titulaire__etat=EtatCompte.ACTIF,
            titulaire__courriel__iendswith=f"@{_domaine(personne)}",
        )
        .exclude(titulaire=personne)
        .order_by()
        .values_list("structure")
        .annotate(Count("titulaire", distinct=True))
    )
    return int(min(connues.get(structure.pk, 0) for structure in structures))


def _domaine(personne: Utilisateur) -> str:
    return personne.courriel.rpartition("@")[2].lower()


def _explication(connues: int, *, plusieurs: bool) -> str:
    personnes = "qu'une personne habilitée" if connues == 1 else f"que {connues} personnes habilitées"
    ou = " de chaque structure" if plusieurs else ""
    return f"Acceptée automatiquement : même domaine de courriel {personnes}{ou}."


def est_a_verifier(demande: Demande) -> bool:
    return Verification.objects.filter(demande=demande, etat=EtatVerification.A_VERIFIER).exists()


def nombre_a_verifier(personne: Utilisateur) -> int:
    """Sans règle allumée, chaque page de gestion ne paie que la première lecture."""
    if not Verification.objects.filter(etat=EtatVerification.A_VERIFIER).exists():
        return 0
    return a_verifier(personne).count()


def a_verifier(personne: Utilisateur) -> DemandeQuerySet:
    """Demandes acceptées par une règle, que la personne peut confirmer ou révoquer."""
    return confiees_a(personne).a_verifier()
