"""Ce que les demandes font quand les comptes annoncent un évènement."""

from typing import Any

from django.dispatch import receiver

from accounts.models import Utilisateur
from accounts.signaux import adresse_a_confirmer, adresse_confirmee
from habilitations.models import Demande
from habilitations.services import envoyer_retenues


@receiver(adresse_a_confirmer, dispatch_uid="habilitations.annoncer")
def annoncer(sender: Any, personne: Utilisateur, **_: Any) -> list[str]:
    """La personne lit ce qui partira en son nom avant de confirmer : un tiers a pu le préparer avec son adresse."""
    retenues = Demande.objects.retenues().filter(demandeur=personne)
    return [
        f"Confirmer envoie aussi la demande d'accès à {demande.profil.application.nom}, profil « {demande.profil.nom} »"
        + "".join(f", pour {structure}" for structure in demande.structures.all())
        + "."
        for demande in retenues.select_related("profil__application").prefetch_related("structures")
    ]


@receiver(adresse_confirmee, dispatch_uid="habilitations.envoyer")
def envoyer(sender: Any, personne: Utilisateur, **_: Any) -> list[str]:
    return envoyer_retenues(acteur=personne)
