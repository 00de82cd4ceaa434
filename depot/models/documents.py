"""Les documents déposés."""

import secrets
from datetime import date, datetime, timedelta
from typing import Self
from uuid import uuid4

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from depot.enums import ECARTES, TYPES_MIME, EtatDocument, NatureDocument, TypeDocument
from depot.models.campagnes import Campagne
from structures.models import Structure

# Ni 0 ni O, ni 1 ni I ni L, ni U ni V : une référence se dicte au téléphone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"


class DocumentQuerySet(models.QuerySet["Document"]):
    def gardes(self) -> Self:
        """Documents hors de la corbeille."""
        return self.filter(supprime_le=None)

    def jetes(self) -> Self:
        """Documents de la corbeille, qui se restaurent encore."""
        return self.filter(supprime_le__isnull=False, efface_le=None)

    def valables(self) -> Self:
        """Documents qui tiennent la place d'un rapport attendu : ni jetés, ni infectés, ni refusés après examen."""
        return self.gardes().exclude(etat__in=ECARTES)

    def a_analyser(self, maintenant: datetime) -> Self:
        """Documents dont l'heure d'être analysés est venue, et qu'aucun ouvrier ne tient."""
        attend = Q(etat=EtatDocument.CONTROLE, prochaine_analyse_le__lte=maintenant)
        abandonne = Q(etat=EtatDocument.EN_ANALYSE, bail_jusqu_au__lt=maintenant)
        return self.filter(attend | abandonne)


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
    etat = models.CharField("état", max_length=13, choices=EtatDocument, default=EtatDocument.RECU)
    avis = models.TextField("avis du contrôle", blank=True)
    # Choisie par la page, une par fichier : l'envoi rejoué après une coupure rend le même document.
    cle_envoi = models.CharField("clé d'envoi", max_length=36, blank=True, editable=False)
    analyse_le = models.DateTimeField("analysé le", null=True, blank=True)
    constat = models.CharField("constat de l'analyse ou de l'examen", max_length=500, blank=True)
    analyses = models.PositiveSmallIntegerField("analyses entreprises", default=0)
    prochaine_analyse_le = models.DateTimeField("prochaine analyse", default=timezone.now)
    bail_jusqu_au = models.DateTimeField("pris par un ouvrier jusqu'au", null=True, blank=True)
    depose_le = models.DateTimeField("déposé le", default=timezone.now, editable=False)
    en_retard = models.BooleanField("déposé après l'échéance", default=False, editable=False)
    supprime_le = models.DateTimeField("mis à la corbeille le", null=True, blank=True)
    supprime_par = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="mis à la corbeille par",
    )

    effacement_annonce_le = models.DateTimeField("effacement annoncé le", null=True, blank=True, editable=False)
    # Le fichier n'existe plus ; la ligne reste, pour que le récépissé se vérifie encore.
    efface_le = models.DateTimeField("effacé le", null=True, blank=True, editable=False)

    DOSSIERS = ("quarantaine", "publie")

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ["-depose_le", "-pk"]
        indexes = [
            models.Index(fields=["campagne", "structure"], name="document_matrice"),
            models.Index(fields=["-depose_le", "-id"], name="document_recents"),
            models.Index(
                fields=["prochaine_analyse_le"],
                condition=Q(etat__in=[EtatDocument.CONTROLE, EtatDocument.EN_ANALYSE]),
                name="document_a_analyser",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["structure", "campagne", "nature", "version"], name="une_version_par_structure_annee_nature"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="document_versions_depuis_1"),
            models.UniqueConstraint(
                fields=["deposant", "cle_envoi", "sha256", "structure", "campagne", "nature"],
                condition=~Q(cle_envoi=""),
                name="un_document_par_envoi",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatDocument.PUBLIE) | ~Q(type=""), name="document_publie_a_un_type"
            ),
            models.CheckConstraint(condition=~Q(etat=EtatDocument.RECU), name="document_garde_est_controle"),
            models.CheckConstraint(
                condition=~Q(etat=EtatDocument.PUBLIE) | Q(analyse_le__isnull=False),
                name="document_publie_est_analyse",
            ),
            models.CheckConstraint(
                condition=~Q(etat__in=[EtatDocument.INFECTE, EtatDocument.REFUSE])
                | (Q(analyse_le__isnull=False) & ~Q(constat="")),
                name="document_ecarte_a_un_constat",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatDocument.EN_ANALYSE, bail_jusqu_au__isnull=False)
                | (~Q(etat=EtatDocument.EN_ANALYSE) & Q(bail_jusqu_au__isnull=True)),
                name="document_en_analyse_a_un_bail",
            ),
            models.CheckConstraint(
                condition=Q(supprime_le__isnull=True, supprime_par__isnull=True)
                | Q(supprime_le__isnull=False, supprime_par__isnull=False),
                name="document_jete_a_auteur_et_date",
            ),
            models.CheckConstraint(
                condition=Q(efface_le__isnull=True) | Q(supprime_le__isnull=False),
                name="document_efface_depuis_la_corbeille",
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
    def effacement_prevu_le(self) -> date | None:
        """Dernier jour d'un document dans la corbeille."""
        if self.supprime_le is None:
            return None
        return timezone.localdate(self.supprime_le) + timedelta(days=settings.CORBEILLE_JOURS)

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
