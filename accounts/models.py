"""La personne : son identité, son compte, ce qu'elle a accepté."""

from datetime import datetime
from typing import Any

import phonenumbers
from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from phonenumbers import PhoneNumberFormat

from accounts.enums import EtatChangement, EtatCompte, Fermeture
from structures.models import Structure


class UtilisateurManager(BaseUserManager["Utilisateur"]):
    def get_by_natural_key(self, username: str | None) -> "Utilisateur":
        return self.get(identifiant=username)

    def create_superuser(self, identifiant: str, password: str | None = None, **champs: Any) -> "Utilisateur":
        """Compte de support créé par `manage.py createsuperuser`, seul chemin qui ne passe pas par l'inscription."""
        personne = self.model(
            identifiant=identifiant, is_staff=True, is_superuser=True, etat=EtatCompte.ACTIF, **champs
        )
        personne.set_password(password)
        personne.save(using=self._db)
        return personne


class Utilisateur(AbstractBaseUser, PermissionsMixin):
    identifiant = models.CharField(max_length=60, unique=True)
    prenom = models.CharField("prénom", max_length=80)
    nom = models.CharField(max_length=80)
    courriel = models.EmailField("adresse courriel", unique=True)
    telephone = models.CharField("téléphone professionnel", max_length=20, blank=True)
    structure = models.ForeignKey(
        Structure,
        models.SET_NULL,
        null=True,
        blank=True,
        verbose_name="structure d'appartenance",
        related_name="personnes",
    )
    etat = models.CharField("état du compte", max_length=12, choices=EtatCompte, default=EtatCompte.A_CONFIRMER)
    is_staff = models.BooleanField("accède à l'administration du support", default=False)
    cree_le = models.DateTimeField("compte créé le", auto_now_add=True)
    confirme_le = models.DateTimeField("adresse confirmée le", null=True, blank=True)
    conditions_version = models.CharField("conditions acceptées (version)", max_length=20, blank=True)
    conditions_acceptees_le = models.DateTimeField("conditions acceptées le", null=True, blank=True)
    ferme_le = models.DateTimeField("compte fermé le", null=True, blank=True)
    fermeture = models.CharField("raison de la fermeture", max_length=10, choices=Fermeture, blank=True)
    # Avertissements d'inactivité : ils ne valent que s'ils suivent la dernière venue de la personne.
    avertissements = models.PositiveSmallIntegerField("avertissements d'inactivité", default=0, editable=False)
    averti_le = models.DateTimeField("averti d'inactivité le", null=True, blank=True, editable=False)
    # Change pour fermer les sessions ouvertes sans changer le mot de passe.
    generation_sessions = models.PositiveIntegerField(default=0, editable=False)

    objects = UtilisateurManager()

    USERNAME_FIELD = "identifiant"
    EMAIL_FIELD = "courriel"
    REQUIRED_FIELDS = ["prenom", "nom", "courriel"]

    class Meta:
        verbose_name = "personne"
        ordering = ["nom", "prenom"]
        constraints = [
            models.CheckConstraint(condition=Q(identifiant=Lower("identifiant")), name="identifiant_en_minuscules"),
            models.CheckConstraint(condition=Q(courriel=Lower("courriel")), name="courriel_en_minuscules"),
            models.CheckConstraint(
                condition=Q(etat__in=[EtatCompte.FERME, EtatCompte.ANONYME], ferme_le__isnull=False)
                | (~Q(etat__in=[EtatCompte.FERME, EtatCompte.ANONYME]) & Q(ferme_le__isnull=True)),
                name="compte_ferme_a_une_date",
            ),
        ]

    def __str__(self) -> str:
        return self.get_full_name()

    def get_full_name(self) -> str:
        return f"{self.prenom} {self.nom}"

    def get_short_name(self) -> str:
        return self.prenom

    @property
    def initiales(self) -> str:
        return f"{self.prenom[:1]}{self.nom[:1]}".upper()

    @property
    @admin.display(description="téléphone professionnel")
    def telephone_lisible(self) -> str:
        """« +33 6 12 34 56 78 »."""
        if not self.telephone:
            return ""
        return phonenumbers.format_number(phonenumbers.parse(self.telephone), PhoneNumberFormat.INTERNATIONAL)

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        return self.etat == EtatCompte.ACTIF

    @property
    def derniere_venue(self) -> datetime:
        return max(filter(None, (self.last_login, self.confirme_le, self.cree_le)))

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        etat = f"{self.password}|{self.generation_sessions}"
        return salted_hmac("accounts.session", etat, secret=secret, algorithm="sha256").hexdigest()


class ChangementCourriel(models.Model):
    """Une nouvelle adresse : elle ne compte qu'une fois confirmée, et l'ancienne peut la contester."""

    personne = models.ForeignKey(Utilisateur, models.CASCADE, related_name="changements_courriel")
    ancien = models.EmailField("ancienne adresse")
    nouveau = models.EmailField("nouvelle adresse")
    etat = models.CharField("état", max_length=10, choices=EtatChangement, default=EtatChangement.EN_ATTENTE)
    demande_le = models.DateTimeField("demandé le", default=timezone.now, editable=False)
    confirme_le = models.DateTimeField("confirmé le", null=True, blank=True)

    class Meta:
        verbose_name = "changement d'adresse"
        ordering = ["-demande_le", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["personne"], condition=Q(etat=EtatChangement.EN_ATTENTE), name="une_adresse_a_confirmer"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ancien} → {self.nouveau}"
