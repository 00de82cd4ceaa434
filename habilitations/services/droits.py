"""Ouvrir et clore une habilitation."""

from calendar import monthrange
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations import courriels
from habilitations.enums import EtatHabilitation
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, Habilitation, Profil
from habilitations.services.verrous import exiger_habilitation, relire_habilitation
from journal.services import Acteur, consigner
from structures.models import Structure


def ouvrir(
    *,
    titulaire: Utilisateur,
    profil: Profil,
    structure: Structure | None,
    acteur: Acteur,
    demande: Demande | None = None,
) -> Habilitation:
    """Donne un droit, sous le verrou de la personne ; celui qui est en vigueur n'est jamais perdu."""
    derniere = Habilitation.objects.filter(
        titulaire=titulaire, profil=profil, structure=structure, etat=EtatHabilitation.ACTIVE
    ).first()
    aujourd_hui = timezone.localdate()
    if derniere and (derniere.fin_le is None or derniere.fin_le >= aujourd_hui):
        return derniere
    if derniere:
        _clore(derniere, EtatHabilitation.EXPIREE, acteur=None)
    habilitation = Habilitation.objects.create(
        titulaire=titulaire,
        profil=profil,
        structure=structure,
        demande=demande,
        debut_le=aujourd_hui,
        fin_le=mois_plus_tard(aujourd_hui, profil.duree_mois) if profil.duree_mois else None,
    )
    consigner(
        acteur=acteur,
        action="habilitation.ouverte",
        objet=habilitation,
        apres={"titulaire": str(titulaire), "demande": habilitation.demande_id, "fin_le": habilitation.fin_le},
    )
    return habilitation


@transaction.atomic
def renoncer(*, habilitation: Habilitation, acteur: Acteur) -> Habilitation:
    """`acteur` vaut None quand le compte du titulaire se ferme de lui-même."""
    habilitation = relire_habilitation(habilitation)
    return _clore(habilitation, EtatHabilitation.RENONCEE, acteur=acteur)


@transaction.atomic
def revoquer(*, habilitation: Habilitation, acteur: Utilisateur, motif: str) -> Habilitation:
    """Le motif est montré tel quel à la personne."""
    if not motif.strip():
        raise DemandeImpossible("Indiquez le motif de la révocation : la personne le lira.")
    habilitation = _clore(
        relire_habilitation(habilitation), EtatHabilitation.REVOQUEE, acteur=acteur, motif=motif.strip()
    )
    courriels.habilitation_revoquee(habilitation)
    return habilitation


def _clore(habilitation: Habilitation, etat: EtatHabilitation, *, acteur: Acteur, motif: str = "") -> Habilitation:
    exiger_habilitation(habilitation, etat)
    habilitation.etat, habilitation.close_le, habilitation.motif = etat, timezone.now(), motif
    habilitation.save()
    consigner(
        acteur=acteur,
        action=f"habilitation.{etat}",
        objet=habilitation,
        avant={"etat": EtatHabilitation.ACTIVE},
        apres={"etat": etat} | ({"motif": motif} if motif else {}),
    )
    return habilitation


def mois_plus_tard(jour: date, mois: int) -> date:
    """Même quantième `mois` mois plus tard ; le dernier jour du mois s'il n'existe pas (31 janvier → 28 février)."""
    annees, rang = divmod(jour.month - 1 + mois, 12)
    annee = jour.year + annees
    return date(annee, rang + 1, min(jour.day, monthrange(annee, rang + 1)[1]))
