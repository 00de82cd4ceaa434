"""Le journal : qui, quoi, sur quoi, d'où, quand, avant et après. On y ajoute, on n'y change rien."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


class JournalImmuable(Exception):
    """Une ligne du journal ne se modifie ni ne se supprime."""


class EvenementQuerySet(models.QuerySet["Evenement"]):
    def sur(self, objet: models.Model) -> "EvenementQuerySet":
        return self.filter(objet_type=objet._meta.label_lower, objet_id=str(objet.pk))

    def update(self, **kwargs: Any) -> int:
        raise JournalImmuable("Le journal ne se modifie pas.")

    def delete(self) -> tuple[int, dict[str, int]]:
        raise JournalImmuable("Le journal ne se supprime pas.")

    def purger(self, avant: datetime) -> int:
        """Efface les lignes dont le temps est passé ; la base refuse celles de moins de six mois."""
        return models.QuerySet.delete(self.filter(date__lt=avant))[0]


class Evenement(models.Model):
    """Un fait consigné. La base elle-même refuse de le changer (migration 0002)."""

    date = models.DateTimeField(auto_now_add=True, db_index=True)
    # Ni contrainte ni cascade : l'évènement survit au compte, et rien ne le récrit.
    acteur = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, blank=True, db_constraint=False, related_name="+"
    )
    acteur_nom = models.CharField("acteur", max_length=200, default="système")
    action = models.CharField(max_length=80, db_index=True)
    objet_type = models.CharField("type d'objet", max_length=80)
    objet_id = models.CharField("numéro d'objet", max_length=40)
    objet_nom = models.CharField("objet", max_length=300)
    adresse = models.GenericIPAddressField("adresse IP", null=True, blank=True)
    avant = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    apres = models.JSONField("après", default=dict, blank=True, encoder=DjangoJSONEncoder)

    objects = EvenementQuerySet.as_manager()

    class Meta:
        verbose_name = "évènement"
        ordering = ["-date", "-pk"]
        indexes = [models.Index(fields=["objet_type", "objet_id"], name="evenement_objet")]

    def __str__(self) -> str:
        return f"{self.action} · {self.objet_nom}"

    @property
    def auteur(self) -> str:
        """Le nom que porte aujourd'hui le compte, anonymisé s'il l'est ; lire avec `select_related("acteur")`."""
        return str(self.acteur) if self.acteur else self.acteur_nom

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise JournalImmuable("Le journal ne se modifie pas.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise JournalImmuable("Le journal ne se supprime pas.")
