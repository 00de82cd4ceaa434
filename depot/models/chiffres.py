"""Ce que disent les classeurs : leurs valeurs, ce qui a été confirmé, ce qui attend de l'être."""

from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.utils import timezone

from depot.enums import GenreAvertissement, NatureDocument
from depot.models.campagnes import Campagne
from depot.models.documents import Document
from structures.models import Structure


class Valeur(models.Model):
    """Une cellule attendue d'un classeur déposé, telle qu'elle a été lue. Un seul des trois champs est rempli."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="valeurs")
    code = models.CharField(max_length=60)
    rang = models.PositiveSmallIntegerField("rang dans le modèle")
    libelle = models.CharField("libellé", max_length=300)
    # En double précision, comme dans un classeur.
    nombre = models.FloatField(null=True, blank=True)
    jour = models.DateField(null=True, blank=True)
    texte = models.TextField(blank=True)

    class Meta:
        ordering = ["rang"]
        constraints = [models.UniqueConstraint(fields=["document", "code"], name="une_valeur_par_document_et_code")]

    def __str__(self) -> str:
        return f"{self.code} = {self.nombre if self.nombre is not None else self.jour or self.texte}"


class Confirmation(models.Model):
    """Une valeur inhabituelle ou un écart marquant, confirmé en déposant, avec ses raisons."""

    document = models.ForeignKey(Document, models.CASCADE, related_name="confirmations")
    genre = models.CharField(max_length=10, choices=GenreAvertissement)
    code = models.CharField(max_length=60)
    libelle = models.CharField("libellé", max_length=300)
    constat = models.CharField(max_length=300)
    commentaire = models.TextField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["document", "genre", "code"], name="une_confirmation_par_avertissement")
        ]

    def __str__(self) -> str:
        return f"{self.libelle} : {self.constat}"


class DepotAConfirmer(models.Model):
    """Un classeur reçu dont les avertissements attendent leurs raisons : ce n'est pas encore un dépôt."""

    DOSSIER = "a_confirmer"

    cle = models.UUIDField("clé", default=uuid4, unique=True, editable=False)
    campagne = models.ForeignKey(Campagne, models.CASCADE, related_name="+")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="+")
    nature = models.CharField(max_length=11, choices=NatureDocument)
    deposant = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    cle_envoi = models.CharField("clé d'envoi", max_length=36, blank=True)
    nom_fichier = models.CharField("nom du fichier", max_length=200)
    taille = models.PositiveIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    fichier = models.FileField(max_length=80, unique=True, editable=False)
    avertissements: models.JSONField[list[dict[str, Any]]] = models.JSONField()
    cree_le = models.DateTimeField("reçu le", default=timezone.now, editable=False)

    class Meta:
        ordering = ["cree_le"]
        constraints = [
            models.UniqueConstraint(
                fields=["deposant", "structure", "campagne", "nature", "sha256"],
                name="un_depot_a_confirmer_par_contenu",
            )
        ]

    def __str__(self) -> str:
        return self.nom_fichier

    @property
    def emplacement(self) -> str:
        return str(self.fichier.name)

    @classmethod
    def nouvel_emplacement(cls) -> str:
        return f"{cls.DOSSIER}/{uuid4()}"
