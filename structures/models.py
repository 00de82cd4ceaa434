"""L'annuaire des lieux : types, régions, départements, catégories, entités juridiques, structures, imports."""

import re
from datetime import date
from urllib.parse import urlencode

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from structures import adresses
from structures.enums import EtatImport, EtatStructure

CARTE = "https://www.openstreetmap.org"
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_DIX_CHIFFRES, _DIZAINE = re.compile(r"\d{10}"), re.compile(r"\d\d(?=\d)")


class Region(models.Model):
    code = models.CharField(max_length=3, primary_key=True)
    nom = models.CharField(max_length=60)

    class Meta:
        verbose_name = "région"
        ordering = ["nom"]

    def __str__(self) -> str:
        return self.nom


class Departement(models.Model):
    """Département ou collectivité, au code de l'INSEE (01, 2A, 974, 975)."""

    code = models.CharField(max_length=3, primary_key=True)
    nom = models.CharField(max_length=60)
    region = models.ForeignKey(Region, models.PROTECT, related_name="departements", verbose_name="région")

    class Meta:
        verbose_name = "département"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.nom} ({self.code})"


class TypeStructure(models.Model):
    """Famille où chercher une structure : dans le registre FINESS, ou dans une liste."""

    code = models.SlugField(max_length=30, primary_key=True)
    libelle = models.CharField("libellé", max_length=80)
    par_finess = models.BooleanField("se cherche par n° FINESS", default=False)
    ordre = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "type de structure"
        verbose_name_plural = "types de structure"
        ordering = ["ordre", "libelle"]

    def __str__(self) -> str:
        return self.libelle


class Categorie(models.Model):
    """Catégorie d'établissement de la nomenclature FINESS ; le code fait foi, le libellé dérive."""

    code = models.CharField(max_length=4, primary_key=True)
    libelle = models.CharField("libellé", max_length=120)
    libelle_court = models.CharField("libellé court", max_length=60)
    type = models.ForeignKey(TypeStructure, models.PROTECT, related_name="categories")

    class Meta:
        verbose_name = "catégorie"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.libelle} ({self.code})"


class EntiteJuridique(models.Model):
    numero_finess = models.CharField("n° FINESS", max_length=9, unique=True)
    nom = models.CharField("raison sociale", max_length=200, blank=True)

    class Meta:
        verbose_name = "entité juridique"
        verbose_name_plural = "entités juridiques"
        ordering = ["numero_finess"]

    def __str__(self) -> str:
        return f"{self.nom} ({self.numero_finess})" if self.nom else self.numero_finess


class StructureQuerySet(models.QuerySet["Structure"]):
    def ouvertes(self) -> "StructureQuerySet":
        return self.filter(etat=EtatStructure.OUVERT)

    def remplacees_par(self, structures: models.QuerySet["Structure"]) -> "StructureQuerySet":
        """Celles qui ne sont plus ouvertes et que ces structures remplacent, directement ou par une autre fermée."""
        fermees = self.exclude(etat=EtatStructure.OUVERT)
        return fermees.filter(Q(successeur__in=structures) | Q(successeur__successeur__in=structures))


class Structure(models.Model):
    """Un établissement du registre FINESS, ou un organisme d'une liste (ARS, MDPH, …)."""

    type = models.ForeignKey(TypeStructure, models.PROTECT, related_name="structures", db_index=False)
    nom = models.CharField(max_length=200)
    nom_long = models.CharField("nom complet", max_length=200, blank=True)
    numero_finess = models.CharField("n° FINESS", max_length=9, unique=True, null=True, blank=True)
    # Clé stable d'un organisme de liste (« ars-bretagne ») ; vide pour un établissement du registre.
    code = models.SlugField(max_length=60, unique=True, null=True, blank=True, editable=False)
    entite_juridique = models.ForeignKey(
        EntiteJuridique, models.PROTECT, null=True, blank=True, related_name="structures"
    )
    categorie = models.ForeignKey(
        Categorie,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="structures",
        verbose_name="catégorie",
        db_index=False,
    )
    adresse = models.CharField(max_length=200, blank=True)
    code_postal = models.CharField(max_length=5, blank=True)
    commune = models.CharField(max_length=80, blank=True)
    departement = models.ForeignKey(
        Departement,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="structures",
        verbose_name="département",
        db_index=False,
    )
    telephone = models.CharField("téléphone", max_length=20, blank=True)
    siret = models.CharField("SIRET", max_length=14, blank=True)
    etat = models.CharField("état", max_length=8, choices=EtatStructure, default=EtatStructure.OUVERT)
    ouverte_le = models.DateField("ouverte le", null=True, blank=True)
    fermee_le = models.DateField("fermée le", null=True, blank=True)
    absente_depuis = models.DateField("absente du registre depuis le", null=True, blank=True)
    latitude = models.FloatField(null=True, blank=True)
    longitude = models.FloatField(null=True, blank=True)
    successeur = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="remplacees", db_index=False
    )
    # Empreinte de la ligne du registre : un import ne récrit que ce qui a changé.
    empreinte = models.CharField(max_length=32, blank=True, editable=False)
    # Ce que fouille la recherche (voir structures/mots.py) : l'index trigramme ou FTS5 suit cette colonne.
    mots = models.TextField(blank=True, editable=False)

    objects = StructureQuerySet.as_manager()

    class Meta:
        ordering = ["nom", "numero_finess"]
        # Nommés un à un : ceux que Django ajoute d'office doublent le temps d'un import.
        indexes = [
            models.Index(fields=["type"], name="structure_type"),
            models.Index(fields=["categorie", "departement"], name="structure_categorie"),
            models.Index(fields=["departement"], name="structure_departement"),
            models.Index(fields=["successeur"], condition=Q(successeur__isnull=False), name="structure_successeur"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=(Q(etat=EtatStructure.ABSENT) & Q(absente_depuis__isnull=False))
                | (~Q(etat=EtatStructure.ABSENT) & Q(absente_depuis__isnull=True)),
                name="structure_absente_a_une_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nom} ({self.numero_finess})" if self.numero_finess else self.nom

    @property
    def lieu(self) -> str:
        """« Paris 12e Arrondissement (75012) » ; le département d'un organisme dont la ville n'est pas tenue."""
        if not self.commune and self.departement:
            return str(self.departement)
        return adresses.lieu(self.commune, self.code_postal)

    @property
    def adresse_lisible(self) -> str:
        return adresses.en_minuscules(self.adresse)

    @property
    def telephone_lisible(self) -> str:
        """« 01 43 45 86 70 »."""
        return _DIZAINE.sub(r"\g<0> ", self.telephone) if _DIX_CHIFFRES.fullmatch(self.telephone) else self.telephone

    @property
    def siret_lisible(self) -> str:
        """« 775 672 462 00113 » : l'entreprise, puis l'établissement."""
        siret = self.siret
        return f"{siret[:3]} {siret[3:6]} {siret[6:9]} {siret[9:]}".strip()

    @property
    def a_ouvrir(self) -> bool:
        return self.ouverte_le is not None and self.ouverte_le > timezone.localdate()

    @property
    def carte(self) -> str:
        """Adresse d'un plan, à ouvrir ailleurs : le portail n'en charge rien."""
        if self.latitude is not None and self.longitude is not None:
            point = f"{self.latitude:.6f}/{self.longitude:.6f}"
            return f"{CARTE}/?mlat={self.latitude:.6f}&mlon={self.longitude:.6f}#map=17/{point}"
        if not self.code_postal:
            return ""
        voie = self.adresse.rpartition(", ")[2] if self.adresse else ""
        return f"{CARTE}/search?{urlencode({'query': f'{voie} {self.code_postal} {self.commune}'.strip()})}"


class Mot(models.Model):
    """Vocabulaire du registre : parmi ces mots se cherche celui qu'une faute de frappe a déformé."""

    mot = models.CharField(max_length=60, primary_key=True)

    def __str__(self) -> str:
        return self.mot


class ImportFiness(models.Model):
    """Un import du registre : quel fichier, par qui, avec quel résultat."""

    fichier = models.CharField(max_length=255)
    sha256 = models.CharField("SHA-256", max_length=64)
    date_du_fichier = models.DateField(null=True, blank=True)
    par = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    # « machine:numéro » : dit si un import resté en cours travaille encore.
    processus = models.CharField(max_length=100, blank=True, editable=False)
    debut = models.DateTimeField("début", auto_now_add=True)
    fin = models.DateTimeField(null=True, blank=True)
    etat = models.CharField("état", max_length=8, choices=EtatImport, default=EtatImport.EN_COURS)
    motif = models.TextField("motif du refus", blank=True)
    # Avancement : ce qui est lu, de ce qu'il y a à lire.
    lues = models.PositiveIntegerField(default=0, editable=False)
    a_lire = models.PositiveIntegerField("à lire", default=0, editable=False)
    lignes = models.PositiveIntegerField(default=0)
    camsp_cmpp = models.PositiveIntegerField("dont CAMSP et CMPP", default=0)
    creees = models.PositiveIntegerField("créées", default=0)
    modifiees = models.PositiveIntegerField("modifiées", default=0)
    rouvertes = models.PositiveIntegerField(default=0)
    fermees = models.PositiveIntegerField("fermées", default=0)
    absentes = models.PositiveIntegerField(default=0)
    rejetees = models.PositiveIntegerField("lignes rejetées", default=0)
    # Détail : champs modifiés et leurs nombres, rejets (ligne, motif), absentes, rouvertes, effectif par département.
    rapport = models.JSONField(default=dict, blank=True)

    class Meta:
        verbose_name = "import FINESS"
        verbose_name_plural = "imports FINESS"
        ordering = ["-debut"]
        constraints = [
            # Deux imports à la fois mêleraient leurs écritures.
            models.UniqueConstraint(
                fields=["etat"], condition=Q(etat=EtatImport.EN_COURS), name="un_seul_import_en_cours"
            )
        ]

    def __str__(self) -> str:
        return f"{self.fichier} ({self.get_etat_display()})"


class Changement(models.Model):
    """Ce qu'un import a changé d'un établissement : un champ, sa valeur d'avant et celle d'après."""

    structure = models.ForeignKey(Structure, models.CASCADE, related_name="changements")
    importation = models.ForeignKey(ImportFiness, models.CASCADE, related_name="changements")
    champ = models.CharField(max_length=30)
    avant = models.TextField(blank=True)
    apres = models.TextField("après", blank=True)

    class Meta:
        ordering = ["-importation", "pk"]

    def __str__(self) -> str:
        return f"{self.champ} : {self.avant_dit} → {self.apres_dit}"

    @property
    def avant_dit(self) -> str:
        return _en_clair(self.avant)

    @property
    def apres_dit(self) -> str:
        return _en_clair(self.apres)


def _en_clair(valeur: str) -> str:
    """Une date comme les gens l'écrivent ; le reste tel quel."""
    return f"{date.fromisoformat(valeur):%d/%m/%Y}" if _DATE.fullmatch(valeur) else valeur
