"""Les relances : à qui les agents ont rappelé ce qui manque, et quand."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from courriels.models import Courriel
from depot.models.campagnes import Campagne
from structures.models import Structure


class Relance(models.Model):
    """Un rappel envoyé à une personne pour toutes ses structures ; un seul par personne et par jour."""

    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="relances")
    destinataire = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="relances")
    structures = models.ManyToManyField(Structure, related_name="relances")
    jour = models.DateField(default=timezone.localdate)
    envoyee_par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # Vide quand la boîte d'envoi a oublié le courriel.
    courriel = models.ForeignKey(Courriel, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["-jour", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["destinataire", "jour"], name="une_relance_par_personne_et_par_jour")
        ]

    def __str__(self) -> str:
        return f"{self.destinataire}, le {self.jour:%d/%m/%Y}"
