"""Campagnes annuelles et documents déposés."""

import secrets
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from depot.enums import TYPES_MIME, EtatDocument, NatureDocument, TypeDocument
from structures.models import Structure

# Ni 0 ni O, ni 1 ni I ni L, ni U ni V : une référence se dicte au téléphone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"


class CampagneQuerySet(models.QuerySet["Campagne"]):
    def ouvertes(self) -> Self:
        jour = timezone.localdate()
        return self.filter(ouverte_le__lte=jour, close_le__gte=jour)


class Campagne(models.Model):
    """Une année de rapports ; on y dépose du premier au dernier jour compris."""

    annee = models.PositiveSmallIntegerField("année", unique=True)
    ouverte_le = models.DateField("premier jour")
    close_le = models.DateField("dernier jour")

    objects = CampagneQuerySet.as_manager()

    class Meta:
        ordering = ["-annee"]
        constraints = [
            models.CheckConstraint(
                condition=Q(close_le__gte=F("ouverte_le")),
                name="campagne_finit_apres_son_debut",
                violation_error_message="Le dernier jour doit suivre le premier : corrigez les dates.",
            )
        ]

    def __str__(self) -> str:
        return f"Campagne {self.annee}"

    @property
    def est_ouverte(self) -> bool:
        return self.ouverte_le <= timezone.localdate() <= self.close_le


class DocumentQuerySet(models.QuerySet["Document"]):
    def gardes(self) -> Self:
        """Documents hors de la corbeille."""
        return self.filter(supprime_le=None)

    def jetes(self) -> Self:
        return self.exclude(supprime_le=None)


def nouvelle_cle() -> str:
    """« 7K3F-92QX » : 40 bits tirés au hasard, qu'on ne devine pas."""
    tirage = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"{tirage[:4]}-{tirage[4:]}"


class Document(models.Model):
    """Un fichier reçu, gardé tel quel. Un nouveau dépôt de même nature fait une nouvelle version."""

    reference = models.CharField("référence", max_length=14, unique=True, editable=False)
    campagne = models.ForeignKey(Campagne, models.PROTECT, related_name="documents")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="documents")
    nature = models.CharField(max_length=11, choices=NatureDocument)
    version = models.PositiveSmallIntegerField()
    deposant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="documents", verbose_name="déposé par"
    )
    # Donnée, jamais un chemin : le fichier est rangé sous un nom tiré au hasard.
    nom_fichier = models.CharField("nom du fichier", max_length=200)
    type = models.CharField(max_length=4, choices=TypeDocument, blank=True)
    taille = models.PositiveIntegerField("taille (octets)")
    sha256 = models.CharField("empreinte SHA-256", max_length=64)
    fichier = models.FileField(max_length=80, unique=True, editable=False)
    etat = models.CharField("état", max_length=13, choices=EtatDocument)
    avis = models.TextField("avis du contrôle", blank=True)
    depose_le = models.DateTimeField("déposé le", default=timezone.now, editable=False)
    supprime_le = models.DateTimeField("mis à la corbeille le", null=True, blank=True)
    supprime_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="mis à la corbeille par",
    )

    DOSSIERS = ("quarantaine", "publie")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-depose_le", "-pk"]
        indexes = [models.Index(fields=["campagne", "structure"], name="document_matrice")]
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "campagne", "nature", "version"], name="une_version_par_structure_annee_nature"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="document_versions_depuis_1"),
            models.CheckConstraint(
                condition=~Q(etat=EtatDocument.PUBLIE) | ~Q(type=""), name="document_publie_a_un_type"
            ),
            models.CheckConstraint(
                condition=Q(supprime_le__isnull=True, supprime_par__isnull=True)
                | Q(supprime_le__isnull=False, supprime_par__isnull=False),
                name="document_jete_a_auteur_et_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reference} · {self.nom_fichier}"

    @property
    def emplacement(self) -> str:
        return str(self.fichier.name)

    @property
    def est_telechargeable(self) -> bool:
        return self.etat == EtatDocument.PUBLIE and self.supprime_le is None

    @property
    def type_mime(self) -> str:
        return TYPES_MIME[TypeDocument(self.type)]

    @staticmethod
    def nouvelle_reference(annee: int) -> str:
        return f"{annee}-{nouvelle_cle()}"

    @classmethod
    def nouvel_emplacement(cls, etat: EtatDocument) -> str:
        """Chemin dans le stockage privé ; ce qui n'est pas publié est rangé à part."""
        return f"{cls.DOSSIERS[etat == EtatDocument.PUBLIE]}/{uuid4()}"
