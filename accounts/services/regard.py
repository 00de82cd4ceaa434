"""Voir le portail comme une personne : en lecture seule, une heure, avec un motif, et le journal le dit."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from accounts.enums import DUREE_REGARD
from accounts.erreurs import GesteRefuse
from accounts.models import Utilisateur
from accounts.permissions import refus_de_regarder
from accounts.services.commun import exiger_un_motif
from journal.services import consigner


@transaction.atomic
def commencer_regard(*, acteur: Utilisateur, personne: Utilisateur, motif: str) -> datetime:
    """Consigne le début, et rend l'heure de la fin. Lève `GesteRefuse`."""
    if refus := refus_de_regarder(acteur, personne):
        raise GesteRefuse(refus)
    exiger_un_motif(motif)
    fin = timezone.now() + timedelta(seconds=DUREE_REGARD)
    consigner(acteur=acteur, action="regard.commence", objet=personne, apres={"motif": motif.strip(), "jusqu_a": fin})
    return fin


def terminer_regard(*, acteur: Utilisateur, personne: Utilisateur) -> None:
    consigner(acteur=acteur, action="regard.termine", objet=personne)
