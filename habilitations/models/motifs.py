"""Les textes prêts à servir aux décisions."""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q

from habilitations.enums import Decision
from habilitations.models.applications import Application
from habilitations.variables import LISTE, faute


class ModeleMotifQuerySet(models.QuerySet["ModeleMotif"]):
    def proposes(self, application: int) -> "ModeleMotifQuerySet":
        """Modèles de l'application, et ceux qui servent à toutes."""
        return self.filter(Q(application=None) | Q(application=application))


class ModeleMotif(models.Model):
    """Un texte prêt à servir, que la personne gestionnaire choisit puis retouche."""

    decision = models.CharField("décision", max_length=10, choices=Decision)
    application = models.ForeignKey(
        Application,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text="Vide : proposé pour toutes les applications.",
    )
    nom = models.CharField(max_length=80, help_text="Ce que la personne gestionnaire lit pour choisir.")
    texte = models.TextField(max_length=2000, help_text=f"Variables : {LISTE}.")
    ordre = models.PositiveSmallIntegerField(default=0)

    objects = ModeleMotifQuerySet.as_manager()

    class Meta:
        verbose_name = "modèle de motif"
        verbose_name_plural = "modèles de motif"
        ordering = ["decision", "ordre", "nom"]
        constraints = [
            models.UniqueConstraint(fields=["decision", "application", "nom"], name="un_modele_de_motif_par_nom"),
            models.UniqueConstraint(
                fields=["decision", "nom"], condition=Q(application=None), name="un_modele_de_motif_commun_par_nom"
            ),
        ]

    def __str__(self) -> str:
        return self.nom

    def clean(self) -> None:
        if phrase := faute(self.texte):
            raise ValidationError({"texte": phrase})
