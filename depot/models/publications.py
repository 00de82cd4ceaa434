"""Ce que les agents publient pour tous : modèles des rapports d'une campagne, guides."""

from typing import Any, Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q, QuerySet
from django.utils import timezone

from depot.enums import TYPES_MIME, CategorieDeposante, NatureDocument, TypeDocument
from depot.models.campagnes import Campagne
from structures.models import Structure


class PublicationQuerySet(models.QuerySet["Publication"]):
    def en_ligne(self) -> Self:
        return self.filter(retire_le=None)

    def pour(self, structures: QuerySet[Structure]) -> Self:
        """Celles qui concernent les catégories de ces structures."""
        return self.filter(Q(categorie="") | Q(categorie__in=structures.values("categorie")))


class Publication(models.Model):
    """Un fichier à télécharger. Avec une nature, c'est le modèle d'un rapport de la campagne ; sans, un guide.

    `controles` : ce que le modèle d'un classeur dit de ses cellules (`depot.classeur.controles`), vide sans contrôle.
    """

    DOSSIER = "publications"

    titre = models.CharField(max_length=150)
    description = models.TextField(blank=True, max_length=1000)
    campagne = models.ForeignKey(Campagne, models.PROTECT, null=True, blank=True, related_name="publications")
    categorie = models.CharField("catégorie", max_length=4, choices=CategorieDeposante, blank=True)
    nature = models.CharField(max_length=11, choices=NatureDocument, blank=True)
    nom_fichier = models.CharField("nom du fichier", max_length=200)
    type = models.CharField(max_length=4, choices=TypeDocument)
    taille = models.PositiveIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    fichier = models.FileField(max_length=80, unique=True, editable=False)
    controles: models.JSONField[list[dict[str, Any]]] = models.JSONField("contrôles", default=list, blank=True)
    publie_par = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", null=True, verbose_name="publié par"
    )
    publie_le = models.DateTimeField("publié le", default=timezone.now, editable=False)
    retire_le = models.DateTimeField("retiré le", null=True, blank=True, editable=False)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-campagne__annee", "-nature", "titre", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["campagne", "categorie", "nature"],
                condition=Q(retire_le=None) & ~Q(nature=""),
                name="un_modele_en_ligne_par_campagne_categorie_nature",
            ),
            models.CheckConstraint(
                condition=Q(nature="") | Q(campagne__isnull=False), name="publication_un_modele_a_une_campagne"
            ),
        ]

    def __str__(self) -> str:
        return self.titre

    @property
    def emplacement(self) -> str:
        return str(self.fichier.name)

    @property
    def type_mime(self) -> str:
        return TYPES_MIME[TypeDocument(self.type)]

    @classmethod
    def nouvel_emplacement(cls) -> str:
        return f"{cls.DOSSIER}/{uuid4()}"
