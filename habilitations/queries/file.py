"""La file des gestionnaires : ce qui leur est confié, filtré, trié, compté, ligne à ligne."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.conf import settings
from django.db.models import Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.lookups import IsNull
from django.utils import timezone

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from accounts.queries import nommees
from habilitations.delais import jours_ouvres
from habilitations.enums import NON_DECIDEES, EtatDemande, TypeDemande
from habilitations.models import (
    Application,
    ChoixDeFile,
    Demande,
    DemandeQuerySet,
    Etendue,
    Habilitation,
    Portefeuille,
    Profil,
    StructureDemandee,
    confiees_a,
)
from habilitations.queries.demandes import lues
from habilitations.requetes import lire, lire_parmi
from structures.adresses import lieu
from structures.models import Departement, Region, Structure
from structures.mots import cherches

# La liste ne va pas plus loin : au-delà, des filtres trouvent mieux que des pages.
PLAFOND = 500
# Un mot qui désigne plus de personnes, ou plus de structures, est répandu : la file se lit alors dans son ordre, au
# lieu de partir d'elles, et ne se compte pas aussi loin.
SEUIL = 200
PLAFOND_REPANDU = 100
# Structures montrées par ligne ; les autres se comptent.
MONTREES = 2
LOT = 500

ONGLETS = {
    "en_attente": "À traiter",
    "a_completer": "À compléter",
    "a_verifier": "À vérifier",
    "traitees": "Traitées",
    "toutes": "Toutes",
}
TRIS = {
    "": ("soumise_le", False),
    "recentes": ("soumise_le", True),
    "decisions": ("decidee_le", True),
}


def choix_retenus(personne: Utilisateur) -> str:
    """Ce que la personne a choisi de voir la dernière fois ; vide, rien."""
    return next((choix for (choix,) in lire(_choix, personne.pk)), "")


def _choix(personne: int) -> QuerySet[ChoixDeFile, tuple[str]]:
    return ChoixDeFile.objects.filter(personne=personne).values_list("choix")


def demandes_confiees(personne: Utilisateur) -> DemandeQuerySet:
    return lues(confiees_a(personne))


def filtrer(
    demandes: DemandeQuerySet, criteres: dict[str, Any], personne: Utilisateur, mots: Sequence["Mot"] = ()
) -> DemandeQuerySet:
    """Applique les critères de `FiltresForm`, choisis par `personne`, et les mots de sa recherche."""
    if application := criteres.get("application"):
        demandes = demandes.filter(profil__in=[profil for (profil,) in lire(_profils, int(application))])
    if profil := criteres.get("profil"):
        demandes = demandes.filter(profil=profil)
    if type_ := criteres.get("type"):
        demandes = demandes.filter(type=type_)
    for lieu_choisi in ("region", "departement"):
        if code := criteres.get(lieu_choisi):
            demandes = demandes.filter(etendue__in=[etendue for (etendue,) in lire(_etendues, lieu_choisi, code)])
    if age := criteres.get("age"):
        demandes = demandes.agees_de(int(age) + 1)
    if affectation := criteres.get("affectation"):
        qui = {"moi": personne.pk, "personne": None}.get(affectation, affectation)
        demandes = demandes.filter(affectee_a=qui)
    for mot in mots:
        demandes = demandes.filter(mot.condition())
    return demandes


def _profils(application: int) -> QuerySet[Profil, tuple[int]]:
    return Profil.objects.filter(application=application).order_by().values_list("pk")


def _etendues(lieu_choisi: str, code: str) -> QuerySet[Etendue, tuple[int]]:
    """Celles des demandes qui portent, ne serait-ce que pour une structure, sur cette région ou ce département."""
    ici = Departement.objects.filter(**{"pk" if lieu_choisi == "departement" else lieu_choisi: code})
    return Etendue.objects.touchant(ici.values("pk")).values_list("pk")


class Mot:
    """Un mot cherché dans le nom, l'identifiant, l'adresse des personnes, et dans le nom et le lieu des structures.

    Un nombre n'est le nom de personne : il ne se cherche que dans les structures. Personnes et structures se cherchent
    d'abord, chacune dans son index : la base ne relit pas leurs noms par demande.
    """

    def __init__(self, mot: str) -> None:
        self._personnes = Q(pk__in=[]) if mot.isdecimal() else nommees(mot)
        noms = Q()
        for cherche in cherches(mot):
            noms &= Q(mots__contains=f" {cherche}")
        self._structures = Q(numero_finess__startswith=mot.upper()) | (noms or Q(nom__istartswith=mot))
        self._trouvees = [
            list(quoi.order_by().values_list("pk", flat=True)[: SEUIL + 1])
            for quoi in (
                Utilisateur.objects.filter(self._personnes),
                Structure.objects.filter(self._structures),
            )
        ]

    @property
    def repandu(self) -> bool:
        return any(len(trouvees) > SEUIL for trouvees in self._trouvees)

    def condition(self) -> Q:
        if not self.repandu:
            personnes, structures = self._trouvees
            de_ces_personnes = Demande.objects.filter(demandeur__in=personnes).order_by().values("pk")
            pour_ces_structures = StructureDemandee.objects.filter(structure__in=structures).order_by()
            return Q(pk__in=de_ces_personnes.union(pour_ces_structures.values("demande"), all=True))
        personnes, structures = self._trouvees
        # Bornées, ces sous-requêtes se lisent pour chaque demande montrée, jamais pour toutes d'avance.
        if len(personnes) > SEUIL:
            d_elle = Q(_trouve(Utilisateur.objects.filter(self._personnes, pk=OuterRef("demandeur"))))
        else:
            d_elle = Q(demandeur__in=personnes)
        if len(structures) > SEUIL:
            visees = Structure.objects.filter(self._structures, structures_demandees__demande=OuterRef("pk"))
            return d_elle | Q(_trouve(visees))
        demandees = StructureDemandee.objects.filter(structure__in=structures).order_by()
        return Q(pk__in=demandees.values("demande")) | d_elle


def _trouve(objets: QuerySet[Any]) -> IsNull:
    return IsNull(Subquery(objets.order_by().values("pk")[:1]), False)


def mots_cherches(criteres: dict[str, Any]) -> list[Mot]:
    return [Mot(mot) for mot in criteres.get("q", "").split()]


def d_un_onglet(demandes: DemandeQuerySet, onglet: str) -> DemandeQuerySet:
    if onglet == "toutes":
        return demandes
    return {
        "en_attente": demandes.en_attente,
        "a_completer": demandes.a_completer,
        "a_verifier": demandes.a_verifier,
        "traitees": demandes.decidees,
    }[onglet]()


def compter(demandes: DemandeQuerySet, plafond: int) -> int:
    """Leur nombre ; compter s'arrête une au-delà de `plafond`."""
    return demandes.order_by()[: plafond + 1].count()


def premieres(triees: DemandeQuerySet, nombre: int) -> list[tuple[int, str]]:
    """Numéro et état des premières demandes : de quoi compter une liste et en choisir une page, en une requête."""
    return list(triees.values_list("pk", "etat")[:nombre])


def trier(demandes: DemandeQuerySet, tri: str) -> DemandeQuerySet:
    champ, decroissant = TRIS.get(tri, TRIS[""])
    sens = "-" if decroissant else ""
    if champ == "decidee_le":
        demandes = demandes.filter(decidee_le__isnull=False)  # ce que l'index ne déduit pas de l'état
    return demandes.order_by(f"{sens}{champ}", f"{sens}pk")


@dataclass(frozen=True)
class Voisines:
    precedente: int | None
    suivante: int | None


def voisines(demandes: DemandeQuerySet, demande: Demande, tri: str) -> Voisines:
    """Numéros des demandes qui encadrent celle-ci dans la liste triée, qu'elle y soit encore ou non."""
    champ, decroissant = TRIS.get(tri, TRIS[""])
    borne = getattr(demande, champ)
    if borne is None:
        return Voisines(None, None)
    # La première condition suffit à l'index, la seconde départage.
    avant = Q(**{f"{champ}__lte": borne}) & (Q(**{f"{champ}__lt": borne}) | Q(pk__lt=demande.pk))
    apres = Q(**{f"{champ}__gte": borne}) & (Q(**{f"{champ}__gt": borne}) | Q(pk__gt=demande.pk))
    moindre = demandes.filter(avant).order_by(f"-{champ}", "-pk").values_list("pk", flat=True).first()
    superieure = demandes.filter(apres).order_by(champ, "pk").values_list("pk", flat=True).first()
    return Voisines(superieure, moindre) if decroissant else Voisines(moindre, superieure)


@dataclass(frozen=True)
class Ligne:
    """Une demande dans la liste, avec ce que la liste en montre et rien d'autre."""

    numero: int
    prenom: str
    nom: str
    courriel: str
    profil: str
    application: str
    type: str
    soumise_le: datetime
    decidee_le: datetime | None
    etat: str
    affectee_a: int | None
    affectee_prenom: str | None
    affectee_nom: str | None
    departement: str | None
    delai_depuis: date | None
    delai_jours: int | None
    # Le nom et le lieu de chacune.
    structures: Sequence[tuple[str, str]]

    @property
    def personne(self) -> str:
        return f"{self.prenom} {self.nom}"

    @property
    def affectee(self) -> str:
        return f"{self.affectee_prenom} {self.affectee_nom}" if self.affectee_a else ""

    @property
    def libelle_type(self) -> str:
        return TypeDemande(self.type).label

    @property
    def libelle_etat(self) -> str:
        return EtatDemande(self.etat).label

    @property
    def non_decidee(self) -> bool:
        return self.etat in NON_DECIDEES

    @property
    def age(self) -> int | None:
        """Comme `Demande.age`."""
        if self.delai_jours is not None or self.delai_depuis is None:
            return self.delai_jours
        return jours_ouvres(self.delai_depuis, timezone.localdate(), departement=self.departement)

    @property
    def en_retard(self) -> bool:
        age = self.age
        return self.non_decidee and age is not None and age > settings.DEMANDE_RETARD_JOURS

    @property
    def attente(self) -> str:
        age = self.age or 0
        return f"{age} jour{'s' if age > 1 else ''} ouvré{'s' if age > 1 else ''}" if age else "aujourd'hui"

    @property
    def premieres(self) -> Sequence[tuple[str, str]]:
        return self.structures[:MONTREES]

    @property
    def autres(self) -> int:
        return max(len(self.structures) - MONTREES, 0)


_COLONNES = (
    *("pk", "demandeur__prenom", "demandeur__nom", "demandeur__courriel", "profil__nom", "profil__application__nom"),
    *("type", "soumise_le", "decidee_le", "etat", "affectee_a", "affectee_a__prenom", "affectee_a__nom"),
    *("departement", "delai_depuis", "delai_jours"),
)


def lignes(numeros: Sequence[int]) -> list[Ligne]:
    """Ces demandes, dans cet ordre, en deux requêtes."""
    demandes = Demande.objects.filter(pk__in=numeros).order_by()
    lues_ici = {colonnes[0]: colonnes for colonnes in demandes.values_list(*_COLONNES)}
    structures: dict[int, list[tuple[str, str]]] = defaultdict(list)
    for demande, nom, commune, code_postal, departement in lire_parmi(_structures, numeros):
        structures[demande].append((nom, lieu(commune, code_postal) if commune else departement or ""))
    return [Ligne(*lues_ici[numero], structures[numero]) for numero in numeros if numero in lues_ici]  # type: ignore[call-arg]


def _structures(demandes: Collection[int]) -> QuerySet[StructureDemandee, tuple[Any, ...]]:
    lieux = ("structure__nom", "structure__commune", "structure__code_postal", "structure__departement__nom")
    return StructureDemandee.objects.filter(demande__in=demandes).order_by("pk").values_list("demande", *lieux)


def lignes_par_lots(demandes: DemandeQuerySet) -> Iterator[Ligne]:
    """Toute la liste, à mesure : jamais plus de `LOT` demandes en mémoire. `demandes` : triées."""
    numeros = demandes.values_list("pk", flat=True).iterator(chunk_size=LOT)
    while lot := list(islice(numeros, LOT)):
        yield from lignes(lot)


def applications_gerees(personne: Utilisateur) -> QuerySet[Application]:
    """Applications dont les portefeuilles confiés à la personne couvrent au moins un profil."""
    siens = Portefeuille.objects.de(personne).values("pk")
    return Application.objects.filter(Q(portefeuilles__in=siens) | Q(profils__portefeuilles__in=siens)).distinct()


def profils_geres(personne: Utilisateur) -> QuerySet[Profil]:
    siens = Portefeuille.objects.de(personne).values("pk")
    return (
        Profil.objects.filter(Q(application__portefeuilles__in=siens) | Q(portefeuilles__in=siens))
        .select_related("application")
        .distinct()
    )


def choix_des_filtres(personne: Utilisateur) -> dict[str, list[tuple[str, str]]]:
    """Ce que chaque filtre offre à la personne : les numéros ou les codes, et leurs noms."""

    def choix(tous: str, objets: Iterable[Model], prefixe: str = "") -> list[tuple[str, str]]:
        return [("", tous), *((str(objet.pk), f"{prefixe}{objet}") for objet in objets)]

    return {
        "application": choix("Toutes", applications_gerees(personne)),
        "profil": choix("Tous", profils_geres(personne)),
        "region": choix("Toutes", Region.objects.all()),
        "departement": choix("Tous", Departement.objects.all()),
        "affectation": [
            ("", "Toutes"),
            ("moi", "À moi"),
            ("personne", "À personne"),
            *choix("", autres_gestionnaires(personne), "À ")[1:],
        ],
    }


def autres_gestionnaires(personne: Utilisateur) -> QuerySet[Utilisateur]:
    """Les autres gestionnaires en fonction qui se partagent avec la personne l'un au moins de ses profils."""
    profils = profils_geres(personne).order_by().values("pk")
    communs = Portefeuille.objects.filter(Q(profils__in=profils) | Q(applications__profils__in=profils))
    gestion = Habilitation.objects.de_gestion().filter(titulaire=OuterRef("pk"))
    return (
        Utilisateur.objects.filter(Exists(gestion), portefeuilles__in=communs.values("pk"), etat=EtatCompte.ACTIF)
        .exclude(pk=personne.pk)
        .distinct()
    )
