"""Les revues, et ce qui en revient à chaque gestionnaire."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from accounts.models import Utilisateur
from habilitations.enums import TENUES, IssueDeRevue
from habilitations.models import (
    Application,
    LigneDeRevue,
    LigneDeRevueQuerySet,
    Portefeuille,
    Revue,
    droits_confies_a,
)
from habilitations.queries.portefeuilles import absences_suppleees, gestionnaires_actifs


@dataclass(frozen=True)
class Avancement:
    total: int
    restantes: int

    @property
    def faites(self) -> int:
        return self.total - self.restantes


def lignes_confiees(personne: Utilisateur, revue: Revue) -> LigneDeRevueQuerySet:
    """Celles des portefeuilles de la personne, prêtes à montrer ; les siennes n'y sont pas."""
    return (
        LigneDeRevue.objects.filter(revue=revue, habilitation__in=droits_confies_a(personne).values("pk"))
        .select_related(
            "revue",
            "par",
            "habilitation__titulaire",
            "habilitation__profil__application",
            "habilitation__structure__departement",
        )
        .order_by("habilitation__titulaire__nom", "habilitation__titulaire__prenom", "pk")
    )


def avancement(lignes: QuerySet[LigneDeRevue]) -> Avancement:
    restantes = Q(issue=IssueDeRevue.A_REVOIR, habilitation__etat__in=TENUES)
    comptes = lignes.order_by().aggregate(total=Count("pk"), restantes=Count("pk", filter=restantes))
    return Avancement(comptes["total"], comptes["restantes"])


def revues_de(personne: Utilisateur) -> list[tuple[Revue, Avancement]]:
    """Les revues qui touchent les portefeuilles de la personne, la dernière d'abord, et où elle en est de chacune."""
    confiees = droits_confies_a(personne).order_by().values("pk")
    comptes = {
        ligne["revue"]: Avancement(ligne["total"], ligne["restantes"])
        for ligne in LigneDeRevue.objects.filter(habilitation__in=confiees)
        .order_by()
        .values("revue")
        .annotate(
            total=Count("pk"),
            restantes=Count("pk", filter=Q(issue=IssueDeRevue.A_REVOIR, habilitation__etat__in=TENUES)),
        )
    }
    conduites = applications_a_revoir(personne).values("pk")
    revues = Revue.objects.filter(Q(pk__in=comptes) | Q(application__in=conduites)).select_related(
        "application", "profil", "ouverte_par"
    )
    return [(revue, comptes.get(revue.pk, Avancement(0, 0))) for revue in revues]


def applications_a_revoir(personne: Utilisateur) -> QuerySet[Application]:
    """Celles dont la personne peut ouvrir une revue : un portefeuille sans limite les lui confie en entier."""
    entiers = [portefeuille.pk for portefeuille in Portefeuille.objects.de(personne) if portefeuille.sans_limite]
    return Application.objects.filter(portefeuilles__in=entiers).distinct()


def gestionnaires_de_la_revue(revue: Revue) -> list[tuple[Utilisateur, int]]:
    """Qui a encore des habilitations à revoir, et combien ; qui s'absente laisse les siennes à qui le supplée."""
    relais = absences_suppleees().order_by()
    candidats = (
        gestionnaires_actifs()
        .filter(Q(portefeuilles__isnull=False) | Q(pk__in=relais.values("suppleant")))
        .exclude(pk__in=relais.values("absent"))
        .distinct()
    )
    comptes = [(candidat, _restantes(candidat, revue)) for candidat in candidats]
    return [(candidat, nombre) for candidat, nombre in comptes if nombre]


def _restantes(personne: Utilisateur, revue: Revue) -> int:
    return lignes_confiees(personne, revue).restantes().order_by().count()


def issue_montree(ligne: LigneDeRevue) -> str:
    """« Sans objet » quand l'habilitation a pris fin d'une autre façon avant qu'on en dise quelque chose."""
    if ligne.issue == IssueDeRevue.A_REVOIR and ligne.habilitation.etat not in TENUES:
        return IssueDeRevue.SANS_OBJET.label
    return ligne.get_issue_display()


def lignes_choisies(personne: Utilisateur, revue: Revue, numeros: Sequence[int]) -> list[LigneDeRevue]:
    """Parmi celles qui restent à la personne ; les autres numéros sont ignorés."""
    return list(lignes_confiees(personne, revue).restantes().filter(pk__in=numeros))
