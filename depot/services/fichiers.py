"""Ranger un fichier, le relire sous verrou, balayer ce qu'un arrêt a laissé."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from depot.enums import EtatDocument
from depot.erreurs import StockageIndisponible
from depot.models import DepotAConfirmer, Document, Publication
from depot.stockage import Arrivee, place_disponible

logger = logging.getLogger(__name__)


def ranger(arrivee: Arrivee) -> str:
    """Met en quarantaine le fichier arrivé."""
    return ranger_sous(Document.nouvel_emplacement(EtatDocument.CONTROLE), arrivee)


def ranger_sous(emplacement: str, arrivee: Arrivee) -> str:
    """Range le fichier arrivé, contenu et nom sur le disque au retour ; rend son emplacement. Lève `StockagePlein`."""
    try:
        with place_disponible():
            default_storage.prendre(arrivee.chemin, emplacement)  # type: ignore[attr-defined]
    except BaseException:
        oublier(emplacement)
        raise
    return emplacement


def oublier(emplacement: str) -> None:
    """Efface un fichier sans ligne ; ce que le stockage refuse d'effacer, le balayage le retrouvera."""
    try:
        default_storage.delete(emplacement)
    except StockageIndisponible:
        logger.warning("%s reste à effacer", emplacement)


def publier(document: Document) -> None:
    """Range le fichier parmi les publiés, sans enregistrer la ligne ; l'ancien nom s'efface une fois celle-ci validée.

    Un arrêt entre les deux laisse un nom de trop, que le balayage efface, jamais une ligne sans fichier.
    """
    ancien, nouveau = document.emplacement, Document.nouvel_emplacement(EtatDocument.PUBLIE)
    with place_disponible():
        default_storage.lier(ancien, nouveau)  # type: ignore[attr-defined]
    document.fichier.name = nouveau
    transaction.on_commit(lambda: default_storage.delete(ancien), robust=True)


def relire(document: Document) -> Document:
    return Document.objects.select_for_update(of=("self",)).select_related("structure", "campagne").get(pk=document.pk)


def balayer() -> int:
    """Efface les fichiers qu'un arrêt brutal a laissés en chemin ou sans ligne, passé un jour ; rend leur nombre."""
    limite = timezone.now() - timedelta(days=1)
    efface = _balayer_les_arrivees(limite)
    for dossier in (*Document.DOSSIERS, DepotAConfirmer.DOSSIER, Publication.DOSSIER):
        for nom in _fichiers(dossier):
            emplacement = f"{dossier}/{nom}"
            orphelin = not any(
                documents.filter(fichier=emplacement).exists()
                for documents in (
                    Document.objects.filter(efface_le=None),
                    DepotAConfirmer.objects.all(),
                    Publication.objects.all(),
                )
            )
            if orphelin and default_storage.get_modified_time(emplacement) < limite:
                default_storage.delete(emplacement)
                efface += 1
    return efface


def _fichiers(dossier: str) -> Sequence[str]:
    try:
        return default_storage.listdir(dossier)[1]
    except FileNotFoundError:
        return []


def _balayer_les_arrivees(limite: datetime) -> int:
    """Ce qui arrivait quand le serveur s'est arrêté."""
    arrivees = Path(settings.FILE_UPLOAD_TEMP_DIR)
    restes = [
        reste
        for reste in (arrivees.iterdir() if arrivees.exists() else ())
        if reste.stat().st_mtime < limite.timestamp()
    ]
    for reste in restes:
        reste.unlink(missing_ok=True)
    return len(restes)
