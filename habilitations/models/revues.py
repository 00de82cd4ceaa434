"""Les revues : chaque gestionnaire dit, une à une, si les habilitations de ses portefeuilles restent justes."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from habilitations.enums import TENUES, EtatRevue, IssueDeRevue, SansReponse
from habilitations.models.applications import Application, Profil
from habilitations.models.droits import Habilitation


class Revue(models.Model):
    """Une campagne de revue : une application, ou un seul de ses profils, jusqu'à une échéance."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="revues")
    profil = models.ForeignKey(
        Profil, models.PROTECT, null=True, blank=True, related_name="revues", help_text="Vide : tous les profils."
    )
    echeance_le = models.DateField("à finir pour le", help_text="Ce jour compris.")
    sans_reponse = models.CharField(
        "habilitations restées sans réponse", max_length=8, choices=SansReponse, default=SansReponse.RIEN
    )
    etat = models.CharField("état", max_length=7, choices=EtatRevue, default=EtatRevue.OUVERTE)
    ouverte_par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    ouverte_le = models.DateTimeField("ouverte le", default=timezone.now)
    close_le = models.DateTimeField("close le", null=True, blank=True)
    # Le plus proche des seuils (jours avant l'échéance) déjà rappelé.
    rappel_jours = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-ouverte_le", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(etat=EtatRevue.OUVERTE), name="une_revue_ouverte_par_application"
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatRevue.OUVERTE, close_le__isnull=True)
                | Q(etat=EtatRevue.CLOSE, close_le__isnull=False),
                name="revue_close_a_une_date",
            ),
        ]

    def __str__(self) -> str:
        portee = f", « {self.profil.nom} »" if self.profil else ""
        return f"Revue {self.application.nom}{portee} de {timezone.localtime(self.ouverte_le).year}"


class LigneDeRevueQuerySet(models.QuerySet["LigneDeRevue"]):
    def restantes(self) -> "LigneDeRevueQuerySet":
        """Sans réponse, et dont l'habilitation n'a pas pris fin d'une autre façon."""
        return self.filter(issue=IssueDeRevue.A_REVOIR, habilitation__etat__in=TENUES)


class LigneDeRevue(models.Model):
    """Une habilitation dans une revue, et ce qui en a été dit."""

    revue = models.ForeignKey(Revue, models.CASCADE, related_name="lignes")
    habilitation = models.ForeignKey(Habilitation, models.PROTECT, related_name="lignes_de_revue")
    issue = models.CharField(max_length=12, choices=IssueDeRevue, default=IssueDeRevue.A_REVOIR)
    par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    le = models.DateTimeField(null=True, blank=True)

    objects = LigneDeRevueQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["revue", "habilitation"], condition=Q(issue=IssueDeRevue.A_REVOIR), name="revue_reste")
        ]
        constraints = [
            models.UniqueConstraint(fields=["revue", "habilitation"], name="une_ligne_par_habilitation_et_revue"),
            models.CheckConstraint(
                condition=Q(issue=IssueDeRevue.A_REVOIR, le__isnull=True)
                | (~Q(issue=IssueDeRevue.A_REVOIR) & Q(le__isnull=False)),
                name="ligne_de_revue_dite_a_une_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.revue} : {self.habilitation}"
