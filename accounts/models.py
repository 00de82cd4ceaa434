"""La personne : son identité, son compte, ce qu'elle a accepté."""

from datetime import datetime, timedelta
from typing import Any, Self

import phonenumbers
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from phonenumbers import PhoneNumberFormat

from accounts.enums import EtatChangement, EtatCompte, Fermeture, FinDeSession, GenreFacteur
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


class FacteurMessage(models.Model):
    """Un canal où la personne reçoit des codes éphémères : son adresse courriel, ou un téléphone qu'elle a prouvé."""

    personne = models.ForeignKey(Utilisateur, models.CASCADE, related_name="facteurs_message")
    canal = models.CharField(
        max_length=8, choices=[(genre.value, genre.label) for genre in (GenreFacteur.SMS, GenreFacteur.COURRIEL)]
    )
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    nom = models.CharField(max_length=64)
    cree_le = models.DateTimeField("ajouté le", auto_now_add=True)
    # Vide tant qu'un premier code n'a pas été rendu : le facteur ne compte pas encore.
    confirme_le = models.DateTimeField("confirmé le", null=True, blank=True)
    utilise_le = models.DateTimeField("utilisé le", null=True, blank=True)

    class Meta:
        verbose_name = "code par courriel ou SMS"
        verbose_name_plural = "codes par courriel ou SMS"
        constraints = [
            models.UniqueConstraint(fields=["personne", "canal", "telephone"], name="un_canal_une_fois"),
            models.CheckConstraint(
                condition=Q(canal=GenreFacteur.SMS) & ~Q(telephone="") | Q(canal=GenreFacteur.COURRIEL, telephone=""),
                name="le_sms_a_un_telephone",
            ),
        ]

    def __str__(self) -> str:
        return self.nom


class CodeEphemere(models.Model):
    """Un code envoyé, gardé haché. Il ne vaut que dans la session qui l'a demandé (`session` en est une empreinte)."""

    facteur = models.ForeignKey(FacteurMessage, models.CASCADE, related_name="codes")
    session = models.CharField(max_length=64)
    empreinte = models.CharField(max_length=64)
    cree_le = models.DateTimeField("envoyé le", auto_now_add=True)
    expire_le = models.DateTimeField("expire le")
    essais = models.PositiveSmallIntegerField(default=0)
    utilise_le = models.DateTimeField("utilisé le", null=True, blank=True)

    class Meta:
        verbose_name = "code éphémère"
        verbose_name_plural = "codes éphémères"
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"Code du {self.cree_le:%d/%m/%Y}"


class CodeDeSecours(models.Model):
    """Un code à garder sur papier, haché, bon une seule fois."""

    personne = models.ForeignKey(Utilisateur, models.CASCADE, related_name="codes_de_secours")
    empreinte = models.CharField(max_length=64)
    cree_le = models.DateTimeField("créé le", auto_now_add=True)
    utilise_le = models.DateTimeField("utilisé le", null=True, blank=True)

    class Meta:
        verbose_name = "code de secours"
        verbose_name_plural = "codes de secours"
        constraints = [models.UniqueConstraint(fields=["personne", "empreinte"], name="un_code_de_secours_unique")]

    def __str__(self) -> str:
        return f"Code de secours de {self.personne}"


def precision_de_l_activite() -> timedelta:
    """L'activité d'une session se note à la minute près, pour ne pas écrire à chaque clic ; mieux, limite courte."""
    return timedelta(seconds=min(60, settings.SESSION_INACTIVITE / 30))


class SessionQuerySet(models.QuerySet["SessionOuverte"]):
    def en_cours(self) -> Self:
        """Celles que le prochain clic trouvera ouvertes."""
        maintenant = timezone.now()
        return self.filter(
            fermee_le=None,
            ouverte_le__gt=maintenant - timedelta(seconds=settings.SESSION_DUREE_MAX),
            vue_le__gt=maintenant - timedelta(seconds=settings.SESSION_INACTIVITE) - precision_de_l_activite(),
        )


class SessionOuverte(models.Model):
    """Une session d'une personne, telle qu'elle la reconnaît : quel appareil, d'où, quand."""

    personne = models.ForeignKey(Utilisateur, models.CASCADE, related_name="sessions")
    appareil = models.CharField(max_length=80)
    adresse = models.GenericIPAddressField(null=True)
    ouverte_le = models.DateTimeField(default=timezone.now)
    vue_le = models.DateTimeField("dernière activité", default=timezone.now)
    verifiee_le = models.DateTimeField("second facteur prouvé le", null=True)
    fermee_le = models.DateTimeField("fermée le", null=True)
    fin = models.CharField(max_length=16, choices=FinDeSession, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        verbose_name = "session"
        ordering = ["-vue_le"]
        indexes = [models.Index(fields=["personne", "fermee_le"], name="session_personne")]
        constraints = [
            models.CheckConstraint(
                condition=Q(fermee_le__isnull=True, fin="") | Q(fermee_le__isnull=False) & ~Q(fin=""),
                name="session_fermee_a_une_fin",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.personne} · {self.appareil}"


class Compteur(models.Model):
    """Tentatives d'une fenêtre, quand le portail n'a pas de Redis. La clé est une empreinte ; la fin, des secondes."""

    cle = models.CharField(max_length=64, primary_key=True)
    nombre = models.IntegerField()
    expire_le = models.BigIntegerField(db_index=True)

    class Meta:
        verbose_name = "compteur"

    def __str__(self) -> str:
        return self.cle


class IdentiteExterne(models.Model):
    """La même personne chez un fournisseur d'identité : ce qu'il en dit de stable, et le compte auquel c'est lié."""

    personne = models.ForeignKey(Utilisateur, models.CASCADE, related_name="identites_externes")
    emetteur = models.CharField("émetteur", max_length=200, help_text="Adresse du fournisseur (« iss »).")
    sujet = models.CharField(max_length=255, help_text="Identifiant de la personne chez lui (« sub »).")
    liee_le = models.DateTimeField("liée le", default=timezone.now, editable=False)
    servie_le = models.DateTimeField("dernier usage", null=True, blank=True)

    class Meta:
        verbose_name = "identité externe"
        verbose_name_plural = "identités externes"
        ordering = ["personne", "emetteur"]
        constraints = [models.UniqueConstraint(fields=["emetteur", "sujet"], name="une_personne_par_identite_externe")]

    def __str__(self) -> str:
        return f"{self.sujet} ({self.emetteur})"
