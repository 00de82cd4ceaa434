"""Les campagnes, les délais des structures, les personnes à prévenir."""

from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from depot.enums import APPLICATION, DEPOSANT
from depot.models import Campagne, Delai, Prolongation
from habilitations.models import Habilitation, HabilitationQuerySet
from structures.models import Structure


def campagne_courante() -> Campagne | None:
    """La campagne ouverte la plus récente ; à défaut, la dernière."""
    return Campagne.objects.ouvertes().first() or Campagne.objects.first()


def campagnes_avec_chiffres() -> QuerySet[Campagne]:
    return Campagne.objects.annotate(
        recus=Count("documents", filter=Q(documents__supprime_le=None), distinct=True),
        prolongees=Count("prolongations", distinct=True),
    )


def delai(campagne: Campagne, structure: Structure) -> Delai:
    return delais(campagne, [structure.pk])[structure.pk]


def delais(campagne: Campagne, structures: Iterable[int]) -> dict[int, Delai]:
    """Le délai de chaque structure, désignée par sa clé ; une requête pour toutes."""
    cles = list(structures)
    accordes = dict(
        Prolongation.objects.filter(campagne=campagne, structure__in=cles).values_list("structure", "jusqu_au")
    )
    return {cle: Delai(campagne, accordes.get(cle)) for cle in cles}


def prolongations_en_cours(structures: QuerySet[Structure]) -> QuerySet[Prolongation]:
    """Délais accordés à ces structures et qui courent encore."""
    return Prolongation.objects.filter(structure__in=structures, jusqu_au__gte=timezone.localdate()).select_related(
        "campagne", "structure"
    )


def droits_de_depot() -> HabilitationQuerySet:
    """Habilitations qui permettent aujourd'hui de déposer, tenues par un compte actif."""
    return Habilitation.objects.actives().filter(
        profil__application__code=APPLICATION, profil__code=DEPOSANT, titulaire__etat=EtatCompte.ACTIF
    )


def deposants(structure: Structure) -> QuerySet[Utilisateur]:
    """Personnes habilitées aujourd'hui à déposer pour la structure."""
    droits = droits_de_depot().filter(structure=structure)
    return Utilisateur.objects.filter(pk__in=droits.values("titulaire")).order_by("pk")
