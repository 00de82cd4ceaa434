"""Boîte d'envoi : une ligne par courriel, écrite dans la transaction de ce qui le motive."""

import uuid
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone

from courriels.enums import EtatCourriel


class CourrielQuerySet(models.QuerySet["Courriel"]):
    def a_envoyer(self, maintenant: datetime) -> "CourrielQuerySet":
        """Courriels dont l'heure est venue et qu'aucun ouvrier ne tient."""
        return self.filter(
            Q(bail_jusqu_au=None) | Q(bail_jusqu_au__lt=maintenant),
            etat=EtatCourriel.A_ENVOYER,
            prochain_essai_le__lte=maintenant,
        )

    def retenus(self, maintenant: datetime) -> "CourrielQuerySet":
        """Courriels que personne n'a encore essayé d'envoyer, et dont l'heure n'est pas venue."""
        return self.filter(etat=EtatCourriel.A_ENVOYER, essais=0, bail_jusqu_au=None, prochain_essai_le__gt=maintenant)


class Courriel(models.Model):
    # Fait le Message-ID : le même à chaque essai, pour que la messagerie écarte un doublon.
    reference = models.UUIDField("référence", default=uuid.uuid4, unique=True, editable=False)
    destinataire = models.EmailField(db_index=True)
    modele = models.CharField("modèle", max_length=80)
    sujet = models.CharField(max_length=200)
    texte = models.TextField()
    html = models.TextField("HTML")
    etat = models.CharField("état", max_length=12, choices=EtatCourriel, default=EtatCourriel.A_ENVOYER)
    essais = models.PositiveSmallIntegerField(default=0)
    prochain_essai_le = models.DateTimeField("prochain essai", default=timezone.now)
    bail_jusqu_au = models.DateTimeField("pris jusqu'au", null=True, blank=True)
    derniere_erreur = models.TextField("dernière erreur", blank=True)
    cree_le = models.DateTimeField("créé le", auto_now_add=True)
    envoye_le = models.DateTimeField("envoyé le", null=True, blank=True)

    objects = CourrielQuerySet.as_manager()

    class Meta:
        ordering = ["-cree_le", "-pk"]
        indexes = [
            models.Index(
                fields=["prochain_essai_le"], condition=Q(etat=EtatCourriel.A_ENVOYER), name="courriel_a_envoyer"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(etat=EtatCourriel.ENVOYE, envoye_le__isnull=False)
                | (~Q(etat=EtatCourriel.ENVOYE) & Q(envoye_le__isnull=True)),
                name="courriel_envoye_a_une_date",
            )
        ]

    def __str__(self) -> str:
        return f"{self.sujet} → {self.destinataire}"

    @property
    def retenu_jusqu_au(self) -> datetime | None:
        """Quand il partira, s'il peut encore être repris."""
        retenu = self.etat == EtatCourriel.A_ENVOYER and not self.essais and self.bail_jusqu_au is None
        return self.prochain_essai_le if retenu and self.prochain_essai_le > timezone.now() else None
