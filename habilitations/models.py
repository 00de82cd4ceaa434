"""Applications, profils, demandes, habilitations et portefeuilles."""

from typing import cast

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, Model, OuterRef, Q
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations.enums import (
    ADMINISTRATION,
    DECIDEES,
    ENVOI_FACULTATIF,
    EtatDemande,
    EtatHabilitation,
    NombreStructures,
    TypeDemande,
)
from structures.models import Categorie, Departement, Region, Structure, TypeStructure

PERSONNE = settings.AUTH_USER_MODEL


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


class DemandeQuerySet(models.QuerySet["Demande"]):
    def en_attente(self) -> "DemandeQuerySet":
        return self.filter(etat=EtatDemande.EN_ATTENTE)

    def brouillons(self) -> "DemandeQuerySet":
        return self.filter(etat=EtatDemande.BROUILLON)

    def retenues(self) -> "DemandeQuerySet":
        """Demandes prêtes, qui partiront quand l'adresse de leur auteur sera confirmée."""
        return self.filter(etat=EtatDemande.A_CONFIRMER)

    def sans_auteur(self) -> "DemandeQuerySet":
        return self.filter(demandeur__isnull=True)

    def soumises(self) -> "DemandeQuerySet":
        """Demandes parties un jour chez les gestionnaires, retirées depuis ou non."""
        return self.filter(soumise_le__isnull=False)

    def decidees(self) -> "DemandeQuerySet":
        return self.filter(etat__in=DECIDEES)

    def confiees_a(self, personne: Model) -> "DemandeQuerySet":
        """Demandes envoyées que les portefeuilles de la personne lui confient ; les siennes n'y sont jamais."""
        perimetre = Q(pk__in=[])
        for portefeuille in Portefeuille.objects.de(personne):
            perimetre |= portefeuille.perimetre()
        return self.soumises().filter(perimetre).exclude(demandeur=personne.pk)


class Demande(models.Model):
    """Ce qu'une personne demande ; décidée une fois. Le droit qu'elle ouvre est une `Habilitation`."""

    # Vide : demande faite en s'inscrivant avec l'adresse d'un compte existant. Elle n'atteint ni ce compte ni personne.
    demandeur = models.ForeignKey(PERSONNE, models.PROTECT, null=True, related_name="demandes")
    profil = models.ForeignKey(Profil, models.PROTECT, related_name="demandes")
    type = models.CharField(max_length=20, choices=TypeDemande, default=TypeDemande.AJOUT_PROFIL)
    structures = models.ManyToManyField(Structure, through="StructureDemandee", related_name="demandes")
    message = models.TextField("message au gestionnaire", max_length=2000, blank=True)
    etat = models.CharField("état", max_length=12, choices=EtatDemande, default=EtatDemande.BROUILLON)
    creee_le = models.DateTimeField("créée le", default=timezone.now, editable=False)
    soumise_le = models.DateTimeField("date de la demande", null=True, blank=True)
    decidee_le = models.DateTimeField("décidée le", null=True, blank=True)
    decideur = models.ForeignKey(PERSONNE, models.PROTECT, null=True, blank=True, related_name="decisions")
    motif = models.TextField("motif de la décision", max_length=2000, blank=True)
    annulee_le = models.DateTimeField("annulée le", null=True, blank=True)
    # Le profil n'attend aucune structure : la base interdit ici les doublons que `StructureDemandee` ne voit pas.
    sans_structure = models.BooleanField(default=False, editable=False)

    objects = DemandeQuerySet.as_manager()

    class Meta:
        ordering = ["-soumise_le", "-pk"]
        indexes = [
            models.Index(fields=["soumise_le", "id"], condition=Q(etat=EtatDemande.EN_ATTENTE), name="demande_file"),
            models.Index(fields=["soumise_le", "id"], condition=Q(soumise_le__isnull=False), name="demande_liste"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(etat__in=DECIDEES, decidee_le__isnull=False, decideur__isnull=False)
                | (~Q(etat__in=DECIDEES) & Q(decidee_le__isnull=True, decideur__isnull=True)),
                name="demande_decidee_a_auteur_et_date",
            ),
            models.CheckConstraint(
                condition=Q(etat__in=ENVOI_FACULTATIF) | Q(soumise_le__isnull=False),
                name="demande_soumise_a_une_date",
            ),
            models.CheckConstraint(
                condition=Q(demandeur__isnull=False) | Q(etat__in=ENVOI_FACULTATIF, soumise_le__isnull=True),
                name="demande_envoyee_a_un_auteur",
            ),
            models.CheckConstraint(
                condition=~Q(etat=EtatDemande.REFUSEE) | ~Q(motif=""), name="demande_refusee_a_un_motif"
            ),
            models.CheckConstraint(
                condition=Q(decideur__isnull=True) | ~Q(decideur=F("demandeur")), name="nul_ne_decide_pour_soi"
            ),
            models.UniqueConstraint(
                fields=["demandeur", "profil"],
                condition=Q(etat=EtatDemande.EN_ATTENTE, sans_structure=True),
                name="une_demande_en_attente_sans_structure",
            ),
        ]

    def __str__(self) -> str:
        return f"Demande n° {self.pk}"

    @property
    def auteur(self) -> Utilisateur:
        """Qui a fait cette demande envoyée : la base exige qu'elle soit à quelqu'un."""
        return cast("Utilisateur", self.demandeur)


class StructureDemandee(models.Model):
    """Une structure d'une demande. Demandeur et profil y sont répétés pour que la base interdise les doublons."""

    demande = models.ForeignKey(Demande, models.CASCADE, related_name="structures_demandees")
    structure = models.ForeignKey(Structure, models.PROTECT, related_name="structures_demandees")
    demandeur = models.ForeignKey(PERSONNE, models.PROTECT, null=True, related_name="+")
    profil = models.ForeignKey(Profil, models.PROTECT, related_name="+")
    en_attente = models.BooleanField(default=False)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["demande", "structure"], name="une_structure_une_fois_par_demande"),
            models.UniqueConstraint(
                fields=["demandeur", "profil", "structure"],
                condition=Q(en_attente=True),
                name="une_demande_en_attente_par_structure",
            ),
        ]

    def __str__(self) -> str:
        return str(self.structure)


class HabilitationQuerySet(models.QuerySet["Habilitation"]):
    def actives(self) -> "HabilitationQuerySet":
        """Droits en vigueur aujourd'hui, jour de fin compris : ni renoncés, ni révoqués, ni échus."""
        return self.filter(Q(fin_le=None) | Q(fin_le__gte=timezone.localdate()), etat=EtatHabilitation.ACTIVE)

    def de_gestion(self) -> "HabilitationQuerySet":
        """Droits en vigueur qui font les gestionnaires."""
        return self.actives().filter(profil__application__code=ADMINISTRATION)


class Habilitation(models.Model):
    """Un droit en vigueur ou passé : une personne, un profil, une structure (ou aucune, selon le profil)."""

    titulaire = models.ForeignKey(PERSONNE, models.PROTECT, related_name="habilitations")
    profil = models.ForeignKey(Profil, models.PROTECT, related_name="habilitations")
    structure = models.ForeignKey(Structure, models.PROTECT, null=True, blank=True, related_name="habilitations")
    demande = models.ForeignKey(Demande, models.PROTECT, null=True, blank=True, related_name="habilitations")
    etat = models.CharField("état", max_length=10, choices=EtatHabilitation, default=EtatHabilitation.ACTIVE)
    debut_le = models.DateField("depuis le", default=timezone.localdate)
    fin_le = models.DateField("jusqu'au", null=True, blank=True)
    close_le = models.DateTimeField("close le", null=True, blank=True)
    motif = models.TextField("motif de fin", max_length=2000, blank=True)

    objects = HabilitationQuerySet.as_manager()

    class Meta:
        ordering = ["profil", "structure"]
        constraints = [
            models.UniqueConstraint(
                fields=["titulaire", "profil", "structure"],
                condition=Q(etat=EtatHabilitation.ACTIVE),
                name="une_habilitation_active_par_structure",
            ),
            models.UniqueConstraint(
                fields=["titulaire", "profil"],
                condition=Q(etat=EtatHabilitation.ACTIVE, structure__isnull=True),
                name="une_habilitation_active_sans_structure",
            ),
            models.CheckConstraint(
                condition=Q(etat=EtatHabilitation.ACTIVE, close_le__isnull=True)
                | (~Q(etat=EtatHabilitation.ACTIVE) & Q(close_le__isnull=False)),
                name="habilitation_close_a_une_date",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.profil} · {self.structure}" if self.structure else str(self.profil)


class PortefeuilleQuerySet(models.QuerySet["Portefeuille"]):
    def de(self, personne: Model) -> "PortefeuilleQuerySet":
        """Portefeuilles de la personne, lus avec leur périmètre ; aucun si elle n'est plus gestionnaire."""
        gestion = Habilitation.objects.de_gestion().filter(titulaire=personne.pk)
        return self.filter(Exists(gestion), gestionnaires=personne.pk).avec_perimetre()

    def avec_perimetre(self) -> "PortefeuilleQuerySet":
        return self.prefetch_related("applications", "profils", "departements", "regions__departements")


class Portefeuille(models.Model):
    """Ce qu'un groupe de gestionnaires décide : des profils, quelque part en France."""

    nom = models.CharField(max_length=120, unique=True)
    gestionnaires = models.ManyToManyField(settings.AUTH_USER_MODEL, blank=True, related_name="portefeuilles")
    applications = models.ManyToManyField(
        Application, blank=True, related_name="portefeuilles", help_text="Tous les profils de ces applications."
    )
    profils = models.ManyToManyField(Profil, blank=True, related_name="portefeuilles")
    regions = models.ManyToManyField(
        Region, blank=True, verbose_name="régions", help_text="Ni région ni département : la France entière."
    )
    departements = models.ManyToManyField(Departement, blank=True, verbose_name="départements")

    objects = PortefeuilleQuerySet.as_manager()

    class Meta:
        ordering = ["nom"]

    def __str__(self) -> str:
        return self.nom

    def perimetre(self) -> Q:
        """Les demandes du portefeuille : celles de ses profils, dont toutes les structures sont dans ses départements.

        Une demande à cheval sur deux périmètres revient à qui les couvre entièrement : en décider d'ici ouvrirait des
        droits hors du portefeuille.
        """
        profils = Q(profil__application__in=[application.pk for application in self.applications.all()]) | Q(
            profil__in=[profil.pk for profil in self.profils.all()]
        )
        regions, departements = self.regions.all(), self.departements.all()
        if not regions and not departements:
            return profils
        codes = {departement.pk for region in regions for departement in region.departements.all()}
        codes |= {departement.pk for departement in departements}
        structures = StructureDemandee.objects.filter(demande=OuterRef("pk"))
        # Sans département connu, une structure n'est dans le périmètre de personne.
        ailleurs = structures.exclude(structure__departement__in=codes)
        return profils & Exists(structures) & ~Exists(ailleurs)
