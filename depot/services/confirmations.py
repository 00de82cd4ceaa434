"""Confirmer un classeur en attente, y renoncer, oublier ceux que personne ne confirme."""

from datetime import timedelta

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from depot.enums import NatureDocument
from depot.models import DepotAConfirmer, Document
from depot.services.classeurs import Commentaires
from depot.services.depots import Envoi, deposer


def confirmer(*, attente: DepotAConfirmer, commentaires: Commentaires, acteur: Utilisateur) -> Document:
    """Dépose le classeur en attente avec les raisons données. Rejouable : le même fichier rend le même document.

    Lève comme `deposer`, qui juge et vérifie à nouveau : le modèle ou l'an passé ont pu changer entre-temps.
    """
    with default_storage.open(attente.emplacement) as contenu:
        envoi = Envoi(
            campagne=attente.campagne,
            structure=attente.structure,
            nature=NatureDocument(attente.nature),
            fichier=File(contenu, name=attente.nom_fichier),
            cle=attente.cle_envoi,
            commentaires=commentaires,
        )
        document = deposer(envoi=envoi, acteur=acteur)
    renoncer(attente=attente)
    return document


def renoncer(*, attente: DepotAConfirmer) -> None:
    """Efface le classeur en attente ; sans risque à répéter. Rien n'était déposé : le journal n'a rien à en dire."""
    with transaction.atomic():
        attente.delete()
        transaction.on_commit(lambda: default_storage.delete(attente.emplacement), robust=True)


def oublier_les_attentes() -> int:
    """Efface les classeurs que personne n'a confirmés à temps ; rend leur nombre."""
    limite = timezone.now() - timedelta(days=settings.DEPOT_A_CONFIRMER_JOURS)
    oubliees = list(DepotAConfirmer.objects.filter(cree_le__lt=limite))
    for attente in oubliees:
        renoncer(attente=attente)
    return len(oubliees)
