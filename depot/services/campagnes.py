"""Ouvrir une campagne, changer ce qu'elle attend, la clore, la rouvrir, la prolonger pour une structure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from depot import courriels, queries
from depot.enums import CATEGORIES, CategorieDeposante, EtatCampagne, Exigence, NatureDocument
from depot.erreurs import DepotImpossible, TransitionInterdite
from depot.models import Campagne, PieceAttendue, Prolongation
from journal.services import consigner
from structures.models import Structure

Attentes = Mapping[tuple[CategorieDeposante, NatureDocument], Exigence]
TOUT_ATTENDRE: Attentes = {
    (categorie, nature): Exigence.OBLIGATOIRE for categorie in CategorieDeposante for nature in NatureDocument
}


@dataclass(frozen=True)
class Calendrier:
    """Les dates d'une campagne, toutes comprises."""

    ouverte_le: date
    echeance_le: date
    retard_jusqu_au: date | None = None

    def verifier(self) -> None:
        """Lève `DepotImpossible` si les dates ne se suivent pas."""
        if self.echeance_le < self.ouverte_le:
            raise DepotImpossible("L'échéance doit suivre le premier jour : corrigez les dates.")
        if self.retard_jusqu_au and self.retard_jusqu_au <= self.echeance_le:
            raise DepotImpossible("La période de retard finit après l'échéance : corrigez les dates.")


@transaction.atomic
def ouvrir_campagne(
    *,
    annee: int,
    calendrier: Calendrier,
    acteur: Utilisateur | None,
    consignes: str = "",
    attentes: Attentes = TOUT_ATTENDRE,
) -> Campagne:
    """Crée la campagne d'une année. `acteur` vaut None quand le portail agit seul."""
    calendrier.verifier()
    if Campagne.objects.filter(annee=annee).exists():
        raise DepotImpossible(f"La campagne {annee} existe déjà : changez ses dates.")
    campagne = Campagne.objects.create(annee=annee, consignes=consignes, **asdict(calendrier))
    _attendre(campagne, attentes)
    consigner(acteur=acteur, action="campagne.ouverte", objet=campagne, apres=_etat(campagne))
    return campagne


@transaction.atomic
def modifier_campagne(
    *,
    campagne: Campagne,
    calendrier: Calendrier,
    acteur: Utilisateur,
    consignes: str | None = None,
    attentes: Attentes | None = None,
) -> Campagne:
    """Change les dates ; les consignes et ce qui est attendu, s'ils sont dits."""
    calendrier.verifier()
    campagne = _relire(campagne)
    avant = _etat(campagne)
    _dater(campagne, calendrier)
    if consignes is not None:
        campagne.consignes = consignes
    campagne.save()
    if attentes is not None:
        _attendre(campagne, attentes)
    consigner(acteur=acteur, action="campagne.modifiee", objet=campagne, avant=avant, apres=_etat(campagne))
    return campagne


@transaction.atomic
def clore_campagne(*, campagne: Campagne, acteur: Utilisateur) -> Campagne:
    """Arrête les dépôts avant terme ; les prolongations accordées courent encore."""
    campagne = _relire(campagne)
    if not campagne.est_ouverte:
        raise TransitionInterdite(f"La campagne {campagne.annee} n'est pas ouverte.")
    campagne.fermee_le = timezone.now()
    campagne.save(update_fields=["fermee_le"])
    consigner(acteur=acteur, action="campagne.close", objet=campagne)
    return campagne


@transaction.atomic
def rouvrir_campagne(
    *, campagne: Campagne, echeance_le: date, retard_jusqu_au: date | None, acteur: Utilisateur
) -> Campagne:
    """Rouvre une campagne close, jusqu'à une nouvelle échéance à venir."""
    calendrier = Calendrier(campagne.ouverte_le, echeance_le, retard_jusqu_au)
    calendrier.verifier()
    if echeance_le < timezone.localdate():
        raise DepotImpossible("La nouvelle échéance est déjà passée : choisissez un jour à venir.")
    campagne = _relire(campagne)
    if campagne.etat != EtatCampagne.CLOSE:
        raise TransitionInterdite(f"La campagne {campagne.annee} n'est pas close.")
    avant = _etat(campagne)
    _dater(campagne, calendrier)
    campagne.fermee_le = None
    campagne.save()
    consigner(acteur=acteur, action="campagne.rouverte", objet=campagne, avant=avant, apres=_etat(campagne))
    return campagne


@transaction.atomic
def prolonger(
    *, campagne: Campagne, structure: Structure, jusqu_au: date, motif: str, acteur: Utilisateur
) -> Prolongation:
    """Accorde un délai à une structure, ou change celui qu'elle a ; les personnes qui y déposent en sont averties."""
    if jusqu_au < timezone.localdate() or jusqu_au <= campagne.echeance_le:
        raise DepotImpossible(
            f"La prolongation va au-delà de l'échéance du {campagne.echeance_le:%d/%m/%Y} et d'aujourd'hui."
        )
    if structure.categorie_id not in CATEGORIES:
        raise DepotImpossible("Cette structure n'est ni un CAMSP ni un CMPP : elle ne dépose pas ici.")
    _relire(campagne)
    prolongation, _ = Prolongation.objects.update_or_create(
        campagne=campagne,
        structure=structure,
        defaults={"jusqu_au": jusqu_au, "motif": motif, "accordee_par": acteur, "accordee_le": timezone.now()},
    )
    consigner(
        acteur=acteur,
        action="campagne.prolongee",
        objet=campagne,
        apres={"structure": str(structure), "jusqu_au": jusqu_au, "motif": motif},
    )
    for personne in queries.deposants(structure):
        courriels.prolongation(prolongation, personne)
    return prolongation


@transaction.atomic
def retirer_prolongation(*, prolongation: Prolongation, acteur: Utilisateur) -> None:
    consigner(
        acteur=acteur,
        action="campagne.prolongation_retiree",
        objet=prolongation.campagne,
        avant={"structure": str(prolongation.structure), "jusqu_au": prolongation.jusqu_au},
    )
    prolongation.delete()


def _relire(campagne: Campagne) -> Campagne:
    return Campagne.objects.select_for_update().get(pk=campagne.pk)


def _dater(campagne: Campagne, calendrier: Calendrier) -> None:
    campagne.ouverte_le = calendrier.ouverte_le
    campagne.echeance_le = calendrier.echeance_le
    campagne.retard_jusqu_au = calendrier.retard_jusqu_au


def _attendre(campagne: Campagne, attentes: Attentes) -> None:
    campagne.pieces.all().delete()
    PieceAttendue.objects.bulk_create(
        PieceAttendue(campagne=campagne, categorie=categorie, nature=nature, exigence=exigence)
        for (categorie, nature), exigence in attentes.items()
        if exigence is not Exigence.NON_ATTENDU
    )


def _etat(campagne: Campagne) -> dict[str, Any]:
    """Ce que le journal garde d'une campagne."""
    return {
        "ouverte_le": campagne.ouverte_le,
        "echeance_le": campagne.echeance_le,
        "retard_jusqu_au": campagne.retard_jusqu_au,
        "consignes": campagne.consignes,
        "attend": [
            f"{piece.get_categorie_display()} {piece.nature} {piece.exigence}" for piece in campagne.pieces.all()
        ],
    }
