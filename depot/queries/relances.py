"""À qui rappeler ce qui manque, et ce que les relances passées sont devenues."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from courriels.enums import EtatCourriel
from courriels.models import Courriel
from depot.enums import APPLICATION, DEPOSANT, PublicDeRelance
from depot.models import Campagne, Relance
from depot.queries.avancement import attendues
from depot.queries.suivi import Ligne, face_a, filtrer_structures
from habilitations.models import Habilitation
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
    """À qui s'adresserait une relance, et les structures où elle n'atteint personne."""

    destinataires: Sequence[Destinataire]
    sans_personne: Sequence[EnAttente]

    @property
    def a_relancer(self) -> list[Destinataire]:
        return [destinataire for destinataire in self.destinataires if not destinataire.deja]


def public_de_relance(campagne: Campagne, public: PublicDeRelance, region: Region | None = None) -> Public:
    """Peu de requêtes, quel que soit le nombre de structures."""
    structures = filtrer_structures(attendues(campagne), campagne=campagne, region=region, etat=public.etat_du_depot)
    lignes = [ligne for ligne in face_a(campagne, structures.order_by("nom", "pk")) if _est_visee(ligne, public)]
    roles = _qui_tient_le_role([ligne.structure.pk for ligne in lignes])
    attentes = [EnAttente(ligne, roles[ligne.structure.pk]) for ligne in lignes]
    siennes: dict[Utilisateur, list[EnAttente]] = defaultdict(list)
    for attente in attentes:
        for personne in attente.personnes:
            siennes[personne].append(attente)
    deja, rebondis = _deja_relancees(), _courriels_perdus(list(siennes))
    return Public(
        [
            Destinataire(personne, les_siennes, personne.pk in deja, personne.courriel in rebondis)
            for personne, les_siennes in sorted(siennes.items(), key=lambda paire: (paire[0].nom, paire[0].prenom))
        ],
        [attente for attente in attentes if not attente.personnes],
    )


def _est_visee(ligne: Ligne, public: PublicDeRelance) -> bool:
    manque = any(attendu.manque for attendu in ligne.attendus)
    return manque and (public != PublicDeRelance.RETARD or ligne.delai.est_en_retard)


def _qui_tient_le_role(structures: Sequence[int]) -> dict[int, list[Utilisateur]]:
    droits = (
        Habilitation.objects.actives()
        .filter(
            profil__application__code=APPLICATION,
            profil__code=DEPOSANT,
            structure__in=structures,
            titulaire__etat=EtatCompte.ACTIF,
        )
        .select_related("titulaire")
        .order_by("titulaire__nom", "titulaire__prenom")
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
