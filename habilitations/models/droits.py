"""Les habilitations."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from habilitations.enums import (
    A_RENOUVELER,
    ADMINISTRATION,
    CLOSES,
    TENUES,
    EtatHabilitation,
)
from habilitations.models.applications import Profil
from habilitations.models.demandes import Demande
from structures.enums import EtatStructure
from structures.models import Structure


class HabilitationQuerySet(models.QuerySet["Habilitation"]):
    def actives(self) -> "HabilitationQuerySet":
        """Droits en vigueur aujourd'hui, jour de fin compris : ni renoncés, ni révoqués, ni échus."""
        return self.filter(Q(fin_le=None) | Q(fin_le__gte=timezone.localdate()), etat=EtatHabilitation.ACTIVE)

    def tenues(self) -> "HabilitationQuerySet":
        """Droits qui ne sont pas clos : en vigueur, suspendus, ou échus sans que la base le dise encore."""
        return self.filter(etat__in=TENUES)

    def a_revoir(self) -> "HabilitationQuerySet":
        """Droits tenus dans un établissement fermé ou absent du registre, que personne n'a confirmés depuis.

        Quand la date de fermeture manque, une seule confirmation suffit.
        """
        jamais = Q(confirmee_le__isnull=True)
        ferme = Q(structure__etat=EtatStructure.FERME) & (jamais | Q(confirmee_le__date__lt=F("structure__fermee_le")))
        absent = Q(structure__etat=EtatStructure.ABSENT) & (
            jamais | Q(confirmee_le__date__lt=F("structure__absente_depuis"))
        )
        return self.tenues().filter(ferme | absent)

    def de_gestion(self) -> "HabilitationQuerySet":
        """Droits en vigueur qui font les gestionnaires."""
        return self.actives().filter(profil__application__code=ADMINISTRATION)


class Habilitation(models.Model):
    """Un droit en vigueur ou passé : une personne, un profil, une structure (ou aucune, selon le profil)."""

    titulaire = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="habilitations")
    profil = models.ForeignKey(Profil, models.PROTECT, related_name="habilitations")
    structure = models.ForeignKey(Structure, models.PROTECT, null=True, blank=True, related_name="habilitations")
    demande = models.ForeignKey(Demande, models.PROTECT, null=True, blank=True, related_name="habilitations")
    etat = models.CharField("état", max_length=10, choices=EtatHabilitation, default=EtatHabilitation.ACTIVE)
    debut_le = models.DateField("depuis le", default=timezone.localdate)
    fin_le = models.DateField("jusqu'au", null=True, blank=True)
    close_le = models.DateTimeField("close le", null=True, blank=True)
    suspendue_le = models.DateTimeField("suspendue le", null=True, blank=True)
    motif = models.TextField("motif de fin ou de suspension", max_length=2000, blank=True)
    # Le plus proche des seuils (jours avant la fin) dont la personne a déjà été avertie.
    avis_jours = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)
    # La dernière fois qu'une personne gestionnaire a dit, en la revoyant, que cette habilitation reste juste.
    confirmee_le = models.DateTimeField("confirmée le", null=True, blank=True)

    objects = HabilitationQuerySet.as_manager()

    class Meta:
        ordering = ["profil", "structure"]
        indexes = [
            models.Index(
                fields=["fin_le"], condition=Q(etat__in=TENUES, fin_le__isnull=False), name="habilitation_fin"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["titulaire", "profil", "structure"],
                condition=Q(etat__in=TENUES),
                name="une_habilitation_tenue_par_structure",
            ),
            models.UniqueConstraint(
                fields=["titulaire", "profil"],
                condition=Q(etat__in=TENUES, structure__isnull=True),
                name="une_habilitation_tenue_sans_structure",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=TENUES, close_le__isnull=True) | Q(etat__in=CLOSES, close_le__isnull=False),
                name="habilitation_close_a_une_date",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatHabilitation.SUSPENDUE, suspendue_le__isnull=False)
                | (~Q(etat=EtatHabilitation.SUSPENDUE) & Q(suspendue_le__isnull=True)),
                name="habilitation_suspendue_a_une_date",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatHabilitation.SUSPENDUE, EtatHabilitation.REVOQUEE]) | ~Q(motif=""),
                name="habilitation_otee_a_un_motif",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profil} · {self.structure}" if self.structure else str(self.profil)

    @property
    def est_echue(self) -> bool:
        return self.fin_le is not None and self.fin_le < timezone.localdate()

    @property
    def renouvelable_le(self) -> date | None:
        """Le premier jour où elle se renouvelle, RENOUVELLEMENT_JOURS avant sa fin ; None sans date de fin."""
        return self.fin_le and self.fin_le - timedelta(days=settings.RENOUVELLEMENT_JOURS)

    @property
    def est_renouvelable(self) -> bool:
        le = self.renouvelable_le
        return self.etat in A_RENOUVELER and le is not None and le <= timezone.localdate()
