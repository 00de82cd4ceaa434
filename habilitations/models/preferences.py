"""Ce que chaque gestionnaire choisit de recevoir."""

from django.conf import settings
from django.db import models

from habilitations.enums import Avis


class PreferencesDeGestion(models.Model):
    """Sans ligne, un courriel par demande."""

    personne = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="preferences_de_gestion"
    )
    avis = models.CharField(max_length=13, choices=Avis, default=Avis.CHAQUE_DEMANDE)
    # Le jour du dernier récapitulatif : deux horloges n'en envoient pas deux.
    recapitulatif_le = models.DateField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = "préférences de gestion"
        verbose_name_plural = "préférences de gestion"

    def __str__(self) -> str:
        return str(self.personne)
