"""Ce qui s'écrit autour d'une demande : les compléments demandés à son auteur, les notes entre gestionnaires."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from habilitations.models.demandes import Demande
from structures.models import Structure


class Complement(models.Model):
    """Les questions d'une personne gestionnaire, et la réponse de qui a fait la demande.

    Tant qu'il est ouvert, `reponse` et `structures` sont le brouillon de la réponse.
    """

    demande = models.ForeignKey(Demande, models.CASCADE, related_name="complements")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    questions = models.TextField(max_length=2000)
    demande_le = models.DateTimeField("demandé le", default=timezone.now)
    reponse = models.TextField("réponse", max_length=2000, blank=True)
    # Les structures de la demande, telles que la réponse les change.
    structures = models.ManyToManyField(Structure, related_name="+")
    repondu_le = models.DateTimeField("répondu le", null=True, blank=True)
    retire_le = models.DateTimeField("retiré le", null=True, blank=True)

    class Meta:
        verbose_name = "complément"
        ordering = ["demande_le", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["demande"],
                condition=Q(repondu_le__isnull=True, retire_le__isnull=True),
                name="un_complement_ouvert_par_demande",
            ),
            models.CheckConstraint(
                condition=Q(repondu_le__isnull=True) | Q(retire_le__isnull=True), name="complement_clos_une_fois"
            ),
            models.CheckConstraint(condition=~Q(questions=""), name="complement_a_des_questions"),
        ]

    def __str__(self) -> str:
        return f"Complément de la demande n° {self.demande_id}"


class NotePrivee(models.Model):
    """Ce qu'une personne gestionnaire écrit aux autres ; ni la personne qui demande, ni son export, ne le voient."""

    demande = models.ForeignKey(Demande, models.CASCADE, related_name="notes")
    auteur = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    texte = models.TextField(max_length=2000)
    ecrite_le = models.DateTimeField("écrite le", default=timezone.now)

    class Meta:
        verbose_name = "note privée"
        verbose_name_plural = "notes privées"
        ordering = ["ecrite_le", "pk"]

    def __str__(self) -> str:
        return f"Note sur la demande n° {self.demande_id}"
