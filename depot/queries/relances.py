"""À qui rappeler ce qui manque, et ce que les relances passées sont devenues."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.models import Utilisateur
from courriels.enums import EtatCourriel
from courriels.models import Courriel
from depot.enums import EtatDepot, PublicDeRelance
from depot.models import Campagne, Relance
from depot.queries.avancement import attendues
from depot.queries.campagnes import droits_de_depot
from depot.queries.suivi import Ligne, dans_l_etat, en_retard, face_a, il_manque
from structures.models import Region, Structure


@dataclass(frozen=True)
class EnAttente:
    """Une structure dont il manque quelque chose, et les personnes qui y tiennent le rôle."""

    ligne: Ligne
    personnes: Sequence[Utilisateur]

    @property
    def peuvent_deposer(self) -> str:
        return ", ".join(str(personne) for personne in self.personnes)

    @property
    def manquants(self) -> list[str]:
        return [attendu.nature.label for attendu in self.ligne.attendus if attendu.manque]


@dataclass(frozen=True)
class Destinataire:
    """Une personne, et toutes ses structures en attente. `deja` : relancée aujourd'hui, elle ne le sera pas encore."""

    personne: Utilisateur
    structures: Sequence[EnAttente]
    deja: bool
    rebondit: bool


@dataclass(frozen=True)
class Public:
    """À qui s'adresserait une relance, par les seules clés : rien n'est préparé avant qu'on demande `destinataires`.

    `personnes` : par personne, dans l'ordre de leurs noms, ses structures en attente ; `deja` : celles relancées
    aujourd'hui ; `sans_personne` : nombre de structures visées que la relance n'atteindra pas.
    """

    campagne: Campagne
    personnes: Mapping[int, Sequence[int]]
    deja: Collection[int]
    sans_personne: int

    @property
    def a_relancer(self) -> list[int]:
        return [personne for personne in self.personnes if personne not in self.deja]

    def destinataires(self, personnes: Sequence[int]) -> list[Destinataire]:
        """Ces personnes-là, prêtes à être montrées ou relancées ; peu de requêtes, quel que soit leur nombre."""
        structures = {structure for personne in personnes for structure in self.personnes[personne]}
        roles = _qui_tient_le_role(structures)
        lignes = face_a(self.campagne, Structure.objects.filter(pk__in=structures).order_by("nom", "pk"))
        attentes = [EnAttente(ligne, roles[ligne.structure.pk]) for ligne in lignes]
        siennes: dict[int, list[EnAttente]] = defaultdict(list)
        connues: dict[int, Utilisateur] = {}
        for attente in attentes:
            for titulaire in attente.personnes:
                siennes[titulaire.pk].append(attente)
                connues[titulaire.pk] = titulaire
        rebondis = _courriels_perdus([connues[personne] for personne in personnes if personne in connues])
        return [
            Destinataire(connues[cle], siennes[cle], cle in self.deja, connues[cle].courriel in rebondis)
            for cle in personnes
            if cle in connues  # une habilitation close entre les deux lectures : il n'y a plus personne à relancer
        ]


def public_de_relance(campagne: Campagne, public: PublicDeRelance, region: Region | None = None) -> Public:
    structures = attendues(campagne)
    if region:
        structures = structures.filter(departement__region=region)
    if public == PublicDeRelance.RETARD:
        structures = en_retard(structures, campagne)
    elif public == PublicDeRelance.INCOMPLETES:
        structures = structures.filter(il_manque(campagne))
    else:
        structures = dans_l_etat(structures, campagne, EtatDepot(public.value))
    visees = set(structures.order_by().values_list("pk", flat=True))
    personnes: dict[int, list[int]] = defaultdict(list)
    atteintes = set()
    # Tous les droits de l'espace, deux clés chacun : les choisir ici coûte moins que de redire à la base les visées.
    par_nom = droits_de_depot().order_by("titulaire__nom", "titulaire__prenom", "titulaire")
    for personne, structure in par_nom.values_list("titulaire", "structure"):
        if structure in visees:
            personnes[personne].append(structure)
            atteintes.add(structure)
    return Public(campagne, personnes, _deja_relancees(), len(visees) - len(atteintes))


def _qui_tient_le_role(structures: Collection[int]) -> dict[int, list[Utilisateur]]:
    droits = (
        droits_de_depot()
        .filter(structure__in=structures)
        .select_related("titulaire")
        .only("structure", "titulaire__prenom", "titulaire__nom", "titulaire__courriel")
        .order_by("titulaire__nom", "titulaire__prenom", "titulaire")
    )
    roles: dict[int, list[Utilisateur]] = defaultdict(list)
    for droit in droits:
        if droit.structure_id:
            roles[droit.structure_id].append(droit.titulaire)
    return roles


def _deja_relancees() -> set[int]:
    return set(Relance.objects.filter(jour=timezone.localdate()).values_list("destinataire", flat=True))


def _courriels_perdus(personnes: Sequence[Utilisateur]) -> set[str]:
    adresses = [personne.courriel for personne in personnes]
    perdus = Courriel.objects.filter(destinataire__in=adresses, etat=EtatCourriel.EN_ECHEC)
    return set(perdus.values_list("destinataire", flat=True))


def envois_passes(campagne: Campagne) -> QuerySet[Relance, Any]:
    """Un envoi par jour et par agent : combien de personnes, et combien de courriels perdus."""
    return (
        Relance.objects.filter(campagne=campagne)
        .order_by("-jour")
        .values("jour", "envoyee_par__prenom", "envoyee_par__nom")
        .annotate(
            personnes=Count("pk", distinct=True),
            perdus=Count("pk", filter=Q(courriel__etat=EtatCourriel.EN_ECHEC), distinct=True),
        )
    )


def relances_perdues(campagne: Campagne) -> QuerySet[Relance]:
    """Relances dont le courriel n'est jamais arrivé."""
    return (
        Relance.objects.filter(campagne=campagne, courriel__etat=EtatCourriel.EN_ECHEC)
        .select_related("destinataire", "courriel")
        .prefetch_related("structures")
    )


def relances_de(structure: Structure) -> QuerySet[Relance]:
    return (
        Relance.objects.filter(structures=structure)
        .select_related("destinataire", "campagne", "envoyee_par")
        .annotate(perdue=Exists(Courriel.objects.filter(pk=OuterRef("courriel"), etat=EtatCourriel.EN_ECHEC)))
    )
