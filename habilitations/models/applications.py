"""Les applications et leurs profils."""

from django.conf import settings
from django.db import models

from habilitations.enums import ADMINISTRATION, NombreStructures
from structures.models import Categorie, TypeStructure


class Application(models.Model):
    """Une porte du portail. `adresse` est un chemin d'ici (« /camsp-cmpp/ ») ou l'adresse d'une application externe."""

    code = models.SlugField(max_length=40, unique=True)
    nom = models.CharField(max_length=80)
    description = models.CharField(max_length=300)
    adresse = models.CharField(max_length=200)
    icone = models.CharField("icône", max_length=40, default="grid", help_text="Nom dans la planche d'icônes.")
    ouverte = models.BooleanField("proposée aux demandes", default=True)
    connexion_forte = models.BooleanField(
        "exige deux étapes",
        default=False,
        help_text="Un second facteur est demandé à l'entrée, quel que soit le profil.",
    )
    ordre = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["ordre", "nom"]

    def __str__(self) -> str:
        return self.nom

    @property
    def est_externe(self) -> bool:
        return not self.adresse.startswith("/")


class Profil(models.Model):
    """Un rôle dans une application, et les structures pour lesquelles on peut le tenir."""

    application = models.ForeignKey(Application, models.PROTECT, related_name="profils")
    code = models.SlugField(max_length=40)
    nom = models.CharField(max_length=120)
    description = models.CharField(max_length=300, blank=True)
    conseil = models.TextField(blank=True, help_text="Texte d'aide affiché sous la description.")
    nombre_structures = models.CharField(
        "structures attendues", max_length=9, choices=NombreStructures, default=NombreStructures.PLUSIEURS
    )
    types_structure = models.ManyToManyField(
        TypeStructure, blank=True, related_name="profils", verbose_name="types de structure acceptés"
    )
    categories = models.ManyToManyField(
        Categorie,
        blank=True,
        related_name="profils",
        verbose_name="catégories FINESS acceptées",
        help_text="Aucune : toutes celles des types acceptés.",
    )
    duree_mois = models.PositiveSmallIntegerField(
        "durée (mois)", null=True, blank=True, help_text="Vide : sans date de fin."
    )
    ouvert = models.BooleanField("proposé aux demandes", default=True)
    connexion_forte = models.BooleanField(
        "exige deux étapes", default=False, help_text="Un second facteur est demandé à qui entre sous ce profil."
    )
    ordre = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["application__ordre", "ordre", "nom"]
        constraints = [models.UniqueConstraint(fields=["application", "code"], name="un_profil_par_code")]

    def __str__(self) -> str:
        return f"{self.application.nom} · {self.nom}"

    @property
    def exige_une_connexion_forte(self) -> bool:
        """Le profil ou son application demandent un second facteur ; ADMINISTRATION toujours, sauf réglage."""
        return (
            self.connexion_forte
            or self.application.connexion_forte
            or (settings.SECOND_FACTEUR_OBLIGATOIRE and self.application.code == ADMINISTRATION)
        )
