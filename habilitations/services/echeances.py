"""La fin des habilitations : avertir à temps, puis fermer. Rejouable, et sans doublon si deux horloges battent."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from habilitations import courriels
from habilitations.enums import EtatHabilitation
from habilitations.models import Habilitation, HabilitationQuerySet
from habilitations.services.droits import clore
from habilitations.services.verrous import verrouiller_personne
from journal.services import consigner


def faire_echoir() -> int:
    """Ferme les droits dont le dernier jour est passé, un courriel par personne ; rend leur nombre."""
    return sum(_faire_echoir_ceux_de(numero) for numero in _titulaires(_echus()))


def avertir_des_fins() -> int:
    """Avertit, à chaque seuil d'ECHEANCE_AVIS_JOURS, de la fin prochaine ; rend le nombre de courriels.

    Après une panne, seul le seuil le plus proche part : les autres n'apprendraient rien de plus.
    """
    return sum(_avertir(numero) for numero in _titulaires(_a_avertir()))


def _titulaires(habilitations: HabilitationQuerySet) -> list[int]:
    return list(habilitations.order_by("titulaire").values_list("titulaire", flat=True).distinct())


def _echus() -> HabilitationQuerySet:
    return Habilitation.objects.tenues().filter(fin_le__lt=timezone.localdate())


def _a_avertir() -> HabilitationQuerySet:
    """Droits actifs entrés sous un seuil dont la personne n'a pas été avertie."""
    aujourd_hui = timezone.localdate()
    sous_un_seuil = Q(pk__in=[])
    for seuil in settings.ECHEANCE_AVIS_JOURS:
        sous_un_seuil |= Q(fin_le__lte=aujourd_hui + timedelta(days=seuil)) & (
            Q(avis_jours__isnull=True) | Q(avis_jours__gt=seuil)
        )
    return Habilitation.objects.actives().filter(sous_un_seuil)


@transaction.atomic
def _faire_echoir_ceux_de(titulaire: int) -> int:
    verrouiller_personne(titulaire)
    echus = list(_relus(_echus(), titulaire))
    for habilitation in echus:
        clore(habilitation, EtatHabilitation.EXPIREE, acteur=None)
    if echus:
        courriels.habilitations_echues(echus)
    return len(echus)


@transaction.atomic
def _avertir(titulaire: int) -> bool:
    verrouiller_personne(titulaire)
    proches = list(_relus(_a_avertir(), titulaire))
    for habilitation in proches:
        restants = (habilitation.fin_le - timezone.localdate()).days if habilitation.fin_le else 0
        habilitation.avis_jours = min(seuil for seuil in settings.ECHEANCE_AVIS_JOURS if restants <= seuil)
        habilitation.save(update_fields=["avis_jours"])
        consigner(
            acteur=None, action="habilitation.avertie", objet=habilitation, apres={"jours": habilitation.avis_jours}
        )
    if proches:
        courriels.habilitations_bientot_finies(proches)
    return bool(proches)


def _relus(habilitations: HabilitationQuerySet, titulaire: int) -> HabilitationQuerySet:
    return (
        habilitations.filter(titulaire=titulaire)
        .select_related("titulaire", "profil__application", "structure")
        .order_by("fin_le", "pk")
    )
