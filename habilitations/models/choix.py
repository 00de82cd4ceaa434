"""Les choix d'une personne gestionnaire, d'une visite à l'autre."""

from django.conf import settings
from django.db import models


class ChoixDeFile(models.Model):
    """Onglet, filtres, tri et nombre par page de la file, comme dans son adresse (« etat=toutes&tri=recentes »)."""

    personne = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="choix_de_file")
    choix = models.CharField(max_length=1000, blank=True)

    def __str__(self) -> str:
        return self.choix
