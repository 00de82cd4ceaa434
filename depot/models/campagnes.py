"""Les campagnes annuelles : leurs dates, ce qu'elles attendent, les délais accordés."""

from dataclasses import dataclass
from datetime import date
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from depot.enums import CategorieDeposante, EtatCampagne, Exigence, NatureDocument
from structures.models import Structure


class CampagneQuerySet(models.QuerySet["Campagne"]):
    def ouvertes(self) -> Self:
        """Celles où chacun peut déposer aujourd'hui, période de retard comprise."""
        return self.filter(_ouverte(timezone.localdate()))

    def ouvertes_pour(self, structures: QuerySet[Structure]) -> Self:
        """Celles où l'on peut déposer aujourd'hui pour l'une au moins de ces structures."""
        jour = timezone.localdate()
        prolongees = Prolongation.objects.filter(structure__in=structures, jusqu_au__gte=jour)
        return self.filter(_ouverte(jour) | Q(ouverte_le__lte=jour, pk__in=prolongees.values("campagne")))


def _ouverte(jour: date) -> Q:
    return Q(fermee_le=None, ouverte_le__lte=jour) & (Q(echeance_le__gte=jour) | Q(retard_jusqu_au__gte=jour))


class Campagne(models.Model):
    """Une année de rapports. On dépose du premier jour à l'échéance compris ; ensuite, « en retard », jusqu'à
    `retard_jusqu_au` s'il est dit. `fermee_le` : des agents l'ont close avant terme."""

    annee = models.PositiveSmallIntegerField("année", unique=True)
    ouverte_le = models.DateField("premier jour")
    echeance_le = models.DateField("échéance")
    retard_jusqu_au = models.DateField("retard accepté jusqu'au", null=True, blank=True)
    fermee_le = models.DateTimeField("close avant terme le", null=True, blank=True, editable=False)
    consignes = models.TextField(blank=True)

    objects = CampagneQuerySet.as_manager()

    class Meta:
        ordering = ["-annee"]
        constraints = [
            models.CheckConstraint(
                condition=Q(echeance_le__gte=F("ouverte_le")),
                name="campagne_finit_apres_son_debut",
                violation_error_message="L'échéance doit suivre le premier jour : corrigez les dates.",
            ),
            models.CheckConstraint(
                condition=Q(retard_jusqu_au=None) | Q(retard_jusqu_au__gt=F("echeance_le")),
                name="campagne_retard_apres_l_echeance",
                violation_error_message="La période de retard finit après l'échéance : corrigez les dates.",
            ),
        ]

    def __str__(self) -> str:
        return f"Campagne {self.annee}"

    @property
    def dernier_jour(self) -> date:
        return self.retard_jusqu_au or self.echeance_le

    @property
    def etat(self) -> EtatCampagne:
        jour = timezone.localdate()
        if self.fermee_le or jour > self.dernier_jour:
            return EtatCampagne.CLOSE
        if jour < self.ouverte_le:
            return EtatCampagne.A_VENIR
        return EtatCampagne.OUVERTE if jour <= self.echeance_le else EtatCampagne.RETARD

    @property
    def est_a_venir(self) -> bool:
        return self.etat == EtatCampagne.A_VENIR

    @property
    def est_ouverte(self) -> bool:
        return self.etat in {EtatCampagne.OUVERTE, EtatCampagne.RETARD}


class PieceAttendue(models.Model):
    """Ce qu'une campagne attend des structures d'une catégorie. Sans ligne, la pièce n'est pas attendue."""

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="pieces")
    categorie = models.CharField("catégorie", max_length=4, choices=CategorieDeposante)
    nature = models.CharField(max_length=11, choices=NatureDocument)
    exigence = models.CharField(max_length=11, choices=Exigence)

    class Meta:
        ordering = ["-categorie", "-nature"]
        constraints = [
            models.UniqueConstraint(
                fields=["campagne", "categorie", "nature"], name="une_exigence_par_campagne_categorie_nature"
            ),
            models.CheckConstraint(condition=~Q(exigence=Exigence.NON_ATTENDU), name="piece_attendue_est_attendue"),
        ]

    def __str__(self) -> str:
        return f"{self.get_nature_display()} {self.campagne_id} ({self.get_categorie_display()})"


class Prolongation(models.Model):
    """Un délai accordé à une structure, avec sa raison ; il vaut même la campagne close."""

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="prolongations")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="prolongations")
    jusqu_au = models.DateField("jusqu'au")
    motif = models.CharField(max_length=300)
    accordee_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name="accordée par"
    )
    accordee_le = models.DateTimeField("accordée le", default=timezone.now, editable=False)

    class Meta:
        ordering = ["jusqu_au", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["campagne", "structure"], name="une_prolongation_par_structure_et_campagne")
        ]

    def __str__(self) -> str:
        return f"{self.structure} jusqu'au {self.jusqu_au:%d/%m/%Y}"


@dataclass(frozen=True)
class Delai:
    """Jusqu'à quand une structure dépose dans une campagne ; `prolongee_au` si un délai lui est accordé."""

    campagne: Campagne
    prolongee_au: date | None = None

    @property
    def echeance_le(self) -> date:
        return max(self.campagne.echeance_le, self.prolongee_au or date.min)

    @property
    def est_prolonge(self) -> bool:
        return self.echeance_le > self.campagne.echeance_le

    @property
    def est_ouvert(self) -> bool:
        jour = timezone.localdate()
        prolonge = self.prolongee_au is not None and self.campagne.ouverte_le <= jour <= self.prolongee_au
        return prolonge or self.campagne.est_ouverte

    @property
    def est_en_retard(self) -> bool:
        return timezone.localdate() > self.echeance_le

    @property
    def jours_restants(self) -> int:
        """Jours jusqu'à l'échéance, aujourd'hui compris ; 1 le dernier jour, 0 ou moins ensuite."""
        return (self.echeance_le - timezone.localdate()).days + 1
