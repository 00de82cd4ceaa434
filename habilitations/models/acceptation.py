"""L'acceptation automatique : ses règles, éteintes par défaut, et les vérifications qu'elle demande à une personne."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from habilitations.enums import EtatVerification
from habilitations.models.applications import Application, Profil


class RegleAcceptationQuerySet(models.QuerySet["RegleAcceptation"]):
    def pour(self, profil: Profil) -> "RegleAcceptationQuerySet":
        """Règles allumées qui valent pour ce profil, de la moins exigeante à la plus exigeante."""
        siennes = self.filter(Q(profils=profil) | Q(applications=profil.application_id), active=True)
        return siennes.distinct().order_by("collegues_min", "pk")


class RegleAcceptation(models.Model):
    """Accepte sans attendre une demande dont tout laisse croire qu'une personne l'accepterait.

    Toujours exigé : adresse confirmée, domaine de courriel professionnel, structures ouvertes, jamais de refus ni de
    révocation (`queries.acceptation`).
    """

    nom = models.CharField(max_length=120, unique=True)
    active = models.BooleanField("allumée", default=False)
    applications = models.ManyToManyField(
        Application, blank=True, related_name="+", help_text="Tous les profils de ces applications."
    )
    profils = models.ManyToManyField(Profil, blank=True, related_name="+")
    collegues_min = models.PositiveSmallIntegerField(
        "personnes du même domaine",
        default=3,
        help_text="Personnes déjà habilitées par décision d'une personne gestionnaire, dans chaque structure demandée, "
        "dont l'adresse a le même domaine.",
    )
    taux_de_verification = models.PositiveSmallIntegerField(
        "part vérifiée (%)",
        default=10,
        help_text="Part des demandes acceptées qu'une personne vérifie ensuite, tirées au sort.",
    )

    objects = RegleAcceptationQuerySet.as_manager()

    class Meta:
        verbose_name = "règle d'acceptation automatique"
        verbose_name_plural = "règles d'acceptation automatique"
        ordering = ["nom"]
        constraints = [
            models.CheckConstraint(condition=Q(collegues_min__gte=1), name="regle_demande_un_collegue"),
            models.CheckConstraint(condition=Q(taux_de_verification__lte=100), name="regle_verifie_cent_pour_cent"),
        ]

    def __str__(self) -> str:
        return self.nom


class Verification(models.Model):
    """Une demande acceptée par une règle, tirée au sort pour qu'une personne la confirme ou la révoque."""

    demande = models.OneToOneField("Demande", models.CASCADE, related_name="verification")
    etat = models.CharField("état", max_length=10, choices=EtatVerification, default=EtatVerification.A_VERIFIER)
    par = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    faite_le = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "vérification"
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["demande"], condition=Q(etat=EtatVerification.A_VERIFIER), name="verification_a_faire")
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(etat=EtatVerification.A_VERIFIER, par__isnull=True, faite_le__isnull=True)
                | (~Q(etat=EtatVerification.A_VERIFIER) & Q(par__isnull=False, faite_le__isnull=False)),
                name="verification_faite_par_quelqu_un",
            )
        ]

    def __str__(self) -> str:
        return f"Vérification de la demande n° {self.demande_id}"
