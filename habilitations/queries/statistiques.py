"""Combien de demandes, en combien de temps. Les délais sont en jours ouvrés, attente de la personne exclue.

La base compte les demandes par délai ; médiane et centiles se lisent de ces comptes, exacts sur toute base.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db.models import Count, Q
from django.db.models.functions import TruncMonth
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations.enums import EtatDemande
from habilitations.models import Application, Demande, DemandeQuerySet, confiees_a

JOURS_OBSERVES = 90


def centile(delais: Counter[int], part: float) -> int | None:
    """Le plus petit délai que ne dépasse pas cette part des demandes (rang le plus proche) ; None sans demande."""
    attendues, vues = part * delais.total(), 0
    for jours in sorted(delais):
        vues += delais[jours]
        if vues >= attendues:
            return jours
    return None


@dataclass
class Cumul:
    recues: int = 0
    acceptees: int = 0
    refusees: int = 0
    # À la fin de la période dite : celle du mois, ou maintenant.
    en_attente: int = 0
    delais: Counter[int] = field(default_factory=Counter)

    def __iadd__(self, autre: "Cumul") -> Self:
        self.recues += autre.recues
        self.acceptees += autre.acceptees
        self.refusees += autre.refusees
        self.en_attente += autre.en_attente
        self.delais += autre.delais
        return self

    @property
    def decidees(self) -> int:
        return self.acceptees + self.refusees

    @property
    def mediane(self) -> int | None:
        return centile(self.delais, 0.5)

    @property
    def centile_90(self) -> int | None:
        return centile(self.delais, 0.9)


@dataclass(frozen=True)
class Statistiques:
    """`lignes` : application par application, mois par mois. Tous les mois de la période y sont, même vides."""

    mois: list[date]
    applications: list[str]
    lignes: dict[tuple[str, date], Cumul]

    def par_mois(self) -> list[tuple[date, Cumul]]:
        return [(mois, _somme(self.lignes[une, mois] for une in self.applications)) for mois in self.mois]

    def par_application(self) -> list[tuple[str, Cumul]]:
        return [(une, self._sur_la_periode([une])) for une in self.applications]

    def total(self) -> Cumul:
        return self._sur_la_periode(self.applications)

    def _sur_la_periode(self, applications: list[str]) -> Cumul:
        cumul = _somme(self.lignes[une, mois] for une in applications for mois in self.mois)
        cumul.en_attente = sum(self.lignes[une, self.mois[-1]].en_attente for une in applications)
        return cumul


def statistiques(personne: Utilisateur, *, nombre_de_mois: int, application: Application | None = None) -> Statistiques:
    """Les demandes des portefeuilles de la personne, pendant le mois en cours et ceux qui le précèdent."""
    mois = _derniers_mois(nombre_de_mois)
    debut = timezone.make_aware(datetime(mois[0].year, mois[0].month, 1))  # noqa: DTZ001 — rendu à l'heure de Paris
    demandes = confiees_a(personne)
    if application:
        demandes = demandes.filter(profil__application=application)
    entrees = _compter(demandes.filter(soumise_le__gte=debut), "soumise_le")
    decisions = _compter(demandes.filter(decidee_le__gte=debut), "decidee_le", "etat", "delai_jours")
    retraits = _compter(demandes.filter(annulee_le__gte=debut), "annulee_le")
    restantes = Counter(
        dict(
            demandes.filter(
                Q(decidee_le=None) | Q(decidee_le__gte=debut),
                Q(annulee_le=None) | Q(annulee_le__gte=debut),
                soumise_le__lt=debut,
            )
            .order_by()
            .values_list("profil__application__nom")
            .annotate(Count("pk"))
        )
    )
    applications = sorted({une for une, *_ in [*entrees, *decisions, *retraits]} | set(restantes))
    lignes = {(une, un_mois): Cumul() for une in applications for un_mois in mois}
    flux: Counter[tuple[str, date]] = Counter()
    for une, un_mois, nombre in entrees:
        lignes[une, un_mois].recues += nombre
        flux[une, un_mois] += nombre
    for une, un_mois, etat, delai, nombre in decisions:
        ligne = lignes[une, un_mois]
        ligne.acceptees += nombre if etat == EtatDemande.ACCEPTEE else 0
        ligne.refusees += nombre if etat == EtatDemande.REFUSEE else 0
        if delai is not None:
            ligne.delais[delai] += nombre
        flux[une, un_mois] -= nombre
    for une, un_mois, nombre in retraits:
        flux[une, un_mois] -= nombre
    for une in applications:
        for un_mois in mois:
            restantes[une] += flux[une, un_mois]
            lignes[une, un_mois].en_attente = restantes[une]
    return Statistiques(mois, applications, lignes)


def _compter(demandes: DemandeQuerySet, date_: str, *autres: str) -> list[tuple[Any, ...]]:
    """Le nombre de demandes par application, mois de `date_`, et autres champs."""
    comptes = (
        demandes.order_by()
        .annotate(mois=TruncMonth(date_))
        .values_list("profil__application__nom", "mois", *autres)
        .annotate(Count("pk"))
    )
    return [(une, timezone.localtime(mois).date(), *reste) for une, mois, *reste in comptes]


def _derniers_mois(nombre: int) -> list[date]:
    """Le premier jour de chacun des `nombre` derniers mois, celui en cours compris, du plus ancien au plus récent."""
    jour = timezone.localdate().replace(day=1)
    mois = [jour]
    while len(mois) < nombre:
        mois.append((mois[-1] - timedelta(days=1)).replace(day=1))
    return mois[::-1]


def _somme(cumuls: Iterable[Cumul]) -> Cumul:
    somme = Cumul()
    for cumul in cumuls:
        somme += cumul
    return somme


def lignes_a_emporter(chiffres: Statistiques) -> Iterator[list[str | int | date | None]]:
    for une in chiffres.applications:
        for mois in chiffres.mois:
            ligne = chiffres.lignes[une, mois]
            yield [
                une, mois, ligne.recues, ligne.decidees, ligne.acceptees, ligne.refusees, ligne.en_attente,
                ligne.mediane, ligne.centile_90,
            ]  # fmt: skip


@dataclass(frozen=True)
class DelaiAttendu:
    """Le temps qu'a pris la moitié des décisions récentes ; `jours` est vide quand elles sont trop peu nombreuses."""

    jours: int | None

    def __str__(self) -> str:
        if self.jours is None:
            return "Trop peu de demandes ont été décidées ces trois derniers mois pour annoncer un délai."
        delai = {0: "le jour même", 1: "en un jour ouvré"}.get(self.jours, f"en {self.jours} jours ouvrés")
        return f"La moitié des demandes récentes ont reçu leur réponse {delai}."


def delai_attendu(application: Application) -> DelaiAttendu:
    """D'après les décisions des 90 derniers jours, s'il y en a assez (DELAI_ATTENDU_CAS_MIN)."""
    depuis = timezone.now() - timedelta(days=JOURS_OBSERVES)
    delais = Counter(
        dict(
            Demande.objects.decidees()
            .filter(decidee_le__gte=depuis, profil__application=application, delai_jours__isnull=False)
            .order_by()
            .values_list("delai_jours")
            .annotate(Count("pk"))
        )
    )
    return DelaiAttendu(centile(delais, 0.5) if delais.total() >= settings.DELAI_ATTENDU_CAS_MIN else None)
