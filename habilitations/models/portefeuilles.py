"""Les portefeuilles, les absences de qui les tient, et les demandes qu'ils confient."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import BigIntegerField, CharField, Exists, F, Model, OuterRef, Q, QuerySet, Value
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations.models.applications import Application, Profil
from habilitations.models.demandes import Demande, DemandeQuerySet
from habilitations.models.droits import Habilitation, HabilitationQuerySet
from habilitations.models.etendues import Etendue
from habilitations.requetes import lire
from structures.models import Departement, Region, Structure, TypeStructure

# Par nature de lien, les identifiants de ce qui est désigné.
Liens = dict[str, set[Any]]


class SuppleanceQuerySet(models.QuerySet["Suppleance"]):
    def en_cours(self) -> "SuppleanceQuerySet":
        """Absences d'aujourd'hui, bornes comprises, tant que les deux personnes sont gestionnaires."""
        jour, gestion = timezone.localdate(), Habilitation.objects.de_gestion()
        return self.filter(
            Exists(gestion.filter(titulaire=OuterRef("absent"))),
            Exists(gestion.filter(titulaire=OuterRef("suppleant"))),
            terminee_le=None,
            debut_le__lte=jour,
            fin_le__gte=jour,
        )

    def a_venir_ou_en_cours(self) -> "SuppleanceQuerySet":
        return self.filter(terminee_le=None, fin_le__gte=timezone.localdate())


class Suppleance(models.Model):
    """Une absence : entre ces deux jours compris, `suppleant` voit et décide ce qui est confié à `absent`."""

    absent = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="absences")
    suppleant = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="suppleances", verbose_name="suppléant"
    )
    debut_le = models.DateField("du")
    fin_le = models.DateField("au")
    terminee_le = models.DateTimeField("terminée plus tôt le", null=True, blank=True)

    objects = SuppleanceQuerySet.as_manager()

    class Meta:
        verbose_name = "suppléance"
        ordering = ["debut_le", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(fin_le__gte=F("debut_le")), name="suppleance_finit_apres_son_debut"),
            models.CheckConstraint(condition=~Q(absent=F("suppleant")), name="nul_ne_se_supplee"),
        ]

    def __str__(self) -> str:
        return f"{self.suppleant} supplée {self.absent} du {self.debut_le:%d/%m/%Y} au {self.fin_le:%d/%m/%Y}"


class PortefeuilleQuerySet(models.QuerySet["Portefeuille"]):
    def de(self, personne: Model) -> "PortefeuilleQuerySet":
        """Portefeuilles de la personne, et de qui elle supplée aujourd'hui, lus avec leur périmètre.

        `tenu_par` est le numéro de qui tient chacun. Aucun si la personne n'est plus gestionnaire.
        """
        gestion = Habilitation.objects.de_gestion().filter(titulaire=personne.pk)
        supplees = Suppleance.objects.en_cours().filter(suppleant=personne.pk).order_by().values("absent")
        return (
            self.annotate(tenu_par=F("gestionnaires"))  # type: ignore[no-redef]
            .filter(Q(tenu_par=personne.pk) | Q(tenu_par__in=supplees), Exists(gestion))
            .avec_perimetre()
        )

    def avec_perimetre(self) -> "PortefeuilleQuerySet":
        return self.prefetch_related(
            "applications", "profils", "departements", "regions__departements", "types_structure"
        )


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
    types_structure = models.ManyToManyField(
        TypeStructure,
        blank=True,
        related_name="+",
        verbose_name="types de structure",
        help_text="Aucun : tous, et les demandes sans structure.",
    )

    # Lu avec `de` : le numéro de qui le tient ; avec `queries.couverture` : ses gestionnaires actifs.
    tenu_par: int
    tenants: list[Utilisateur]
    # Ses liens, quand ils viennent d'être lus d'un trait avec ceux des autres : ses applications y sont leurs profils.
    lus: "Liens | None" = None

    objects = PortefeuilleQuerySet.as_manager()

    class Meta:
        ordering = ["nom"]

    def __str__(self) -> str:
        return self.nom

    @property
    def liens(self) -> "Liens":
        """Ce que le portefeuille désigne, en identifiants. À lire avec `avec_perimetre`."""
        if self.lus is not None:
            return self.lus
        regions = self.regions.all()
        return {
            "applications": {application.pk for application in self.applications.all()},
            "profils": {profil.pk for profil in self.profils.all()},
            "regions": {region.pk for region in regions},
            "des_regions": {departement.pk for region in regions for departement in region.departements.all()},
            "departements": {departement.pk for departement in self.departements.all()},
            "types": {type_.pk for type_ in self.types_structure.all()},
        }

    @property
    def codes_departements(self) -> frozenset[str] | None:
        """Départements du portefeuille ; None : la France entière."""
        liens = self.liens
        if not liens["regions"] and not liens["departements"]:
            return None
        return frozenset(liens["des_regions"] | liens["departements"])

    @property
    def codes_types(self) -> frozenset[str] | None:
        """Types de structure du portefeuille ; None : tous."""
        return frozenset(self.liens["types"]) or None

    @property
    def est_national(self) -> bool:
        return self.codes_departements is None

    @property
    def sans_limite(self) -> bool:
        """Ni lieu ni type de structure : les demandes et les droits sans structure y sont aussi."""
        return self.est_national and self.codes_types is None

    def comprend(self, profil: Profil) -> bool:
        return profil in self.profils.all() or any(une.pk == profil.application_id for une in self.applications.all())

    def admet(self, type_: str, departement: str | None) -> bool:
        """Une structure de ce type, dans ce département (None : inconnu), est-elle de ses lieux et de ses types ?"""
        codes, types = self.codes_departements, self.codes_types
        return (codes is None or departement in codes) and (types is None or type_ in types)

    def couvre(self, profil: Profil, structure: Structure | None) -> bool:
        """Un droit de ce profil dans cette structure serait-il du portefeuille ?"""
        if structure is None:
            return self.comprend(profil) and self.sans_limite
        return self.comprend(profil) and self.admet(structure.type_id, structure.departement_id)

    def profils_confies(self) -> Q:
        """Les demandes de ses profils, où que ce soit."""
        liens = self.liens
        profils = Q(profil__in=liens["profils"])
        return profils | Q(profil__application__in=liens["applications"]) if liens["applications"] else profils

    def perimetre(self) -> Q:
        """Les demandes du portefeuille : celles de ses profils, dont toutes les structures sont de ses départements et
        de ses types.

        Une demande à cheval sur deux périmètres revient à qui les couvre entièrement : en décider d'ici ouvrirait des
        droits hors du portefeuille.
        """
        if self.sans_limite:
            return self.profils_confies()
        etendues = lire(_etendues, self.codes_departements, self.codes_types)
        return self.profils_confies() & Q(etendue__in=[etendue for (etendue,) in etendues])

    def perimetre_des_droits(self) -> Q:
        """Les habilitations du portefeuille ; sans structure, elles reviennent à un portefeuille sans limite."""
        perimetre = self.profils_confies()
        if self.codes_departements is not None:
            perimetre &= Q(structure__departement__in=self.codes_departements)
        if self.codes_types is not None:
            perimetre &= Q(structure__type__in=self.codes_types)
        return perimetre


def _etendues(departements: frozenset[str] | None, types: frozenset[str] | None) -> "QuerySet[Etendue, tuple[int]]":
    return Etendue.objects.dans(departements, types).values_list("pk")


def confiees_a(personne: Model) -> DemandeQuerySet:
    """Demandes envoyées que confient à la personne ses portefeuilles, et ceux de qui elle supplée.

    Les siennes n'y sont jamais, ni celles de la personne absente au titre de sa suppléance.
    """
    perimetre = Q(pk__in=[])
    for portefeuille, absent in _confies_a(personne):
        perimetre |= portefeuille.perimetre() & ~Q(demandeur=absent) if absent else portefeuille.perimetre()
    return Demande.objects.soumises().filter(perimetre).exclude(demandeur=personne.pk)


def droits_confies_a(personne: Model) -> HabilitationQuerySet:
    """Habilitations que confient à la personne ses portefeuilles et ses suppléances, closes comprises.

    Les siennes n'y sont jamais, ni celles de la personne absente au titre de sa suppléance.
    """
    perimetre = Q(pk__in=[])
    for portefeuille, absent in _confies_a(personne):
        droits = portefeuille.perimetre_des_droits()
        perimetre |= droits & ~Q(titulaire=absent) if absent else droits
    return Habilitation.objects.filter(perimetre).exclude(titulaire=personne.pk)


def _confies_a(personne: Model) -> list[tuple[Portefeuille, int | None]]:
    """Les portefeuilles de la personne ; ceux qu'elle n'a que par suppléance, avec le numéro de l'absent."""
    tenus = lire(_tenus, personne.pk)
    if any(numero is None for numero, _ in tenus):
        tenus = lire(_tenus_en_suppleant, personne.pk)
    propres = {numero for numero, tenu_par in tenus if tenu_par == personne.pk}
    portefeuilles = _lus_d_un_trait({numero for numero, _ in tenus})
    return [
        (portefeuilles[numero], None if tenu_par == personne.pk else tenu_par)
        for numero, tenu_par in tenus
        if tenu_par == personne.pk or numero not in propres
    ]


def _tenus(personne: int) -> "QuerySet[Any, tuple[int | None, int]]":
    """Les portefeuilles de la personne ; un numéro vide par absence qu'elle supplée, peut-être, et c'est rare."""
    gestion = Habilitation.objects.de_gestion().filter(titulaire=personne)
    siens = Portefeuille.gestionnaires.through.objects.filter(Exists(gestion), utilisateur=personne)
    suppleances = Suppleance.objects.a_venir_ou_en_cours().filter(suppleant=personne).order_by()
    return siens.values_list("portefeuille", "utilisateur").union(
        suppleances.values_list(Value(None, BigIntegerField()), "absent")
    )


def _tenus_en_suppleant(personne: int) -> "QuerySet[Portefeuille, tuple[int, int]]":
    return Portefeuille.objects.de(Utilisateur(pk=personne)).order_by().values_list("pk", "tenu_par")  # type: ignore[misc]


def _lus_d_un_trait(numeros: set[int]) -> dict[int, Portefeuille]:
    """Ces portefeuilles, par leur numéro, avec tous leurs liens en une requête : chaque page d'une file les lit."""
    lus: dict[int, Liens] = {numero: {nom: set() for nom in ("applications", *_NOMS)} for numero in numeros}
    for numero, *valeurs in lire(_liens, frozenset(numeros)) if numeros else []:
        for nom, valeur in zip(_NOMS, valeurs, strict=True):
            if valeur is not None:
                lus[numero][nom].add(valeur)
    portefeuilles = {numero: Portefeuille(pk=numero) for numero in numeros}
    for numero, portefeuille in portefeuilles.items():
        portefeuille.lus = lus[numero]
    return portefeuilles


_NOMS = ("profils", "regions", "des_regions", "departements", "types")


def _liens(numeros: frozenset[int]) -> "QuerySet[Any, tuple[Any, ...]]":
    """Les profils, ceux des applications compris, puis les lieux et les types de ces portefeuilles, un par ligne."""
    rien = (Value(None, BigIntegerField()), *[Value(None, CharField())] * 4)
    profils, applications, regions, departements, types = (
        getattr(Portefeuille, lien).through.objects.filter(portefeuille__in=numeros).values_list
        for lien in ("profils", "applications", "regions", "departements", "types_structure")
    )
    liens: QuerySet[Any, tuple[Any, ...]] = profils("portefeuille", "profil", *rien[1:]).union(
        applications("portefeuille", "application__profils", *rien[1:]),
        regions("portefeuille", rien[0], "region", "region__departements", *rien[3:]),
        departements("portefeuille", *rien[:3], "departement", rien[4]),
        types("portefeuille", *rien[:4], "typestructure"),
    )
    return liens
