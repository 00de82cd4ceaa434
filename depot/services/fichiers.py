"""Ranger un fichier, le relire sous verrou, balayer ce qu'un arrêt a laissé."""

from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from depot.enums import EtatDocument
from depot.models import DepotAConfirmer, Document, Publication
from depot.stockage import Arrivee, place_disponible


def ranger(arrivee: Arrivee) -> str:
    """Met en quarantaine le fichier arrivé."""
    return ranger_sous(Document.nouvel_emplacement(EtatDocument.CONTROLE), arrivee)


def ranger_sous(emplacement: str, arrivee: Arrivee) -> str:
    """Range le fichier arrivé, contenu et nom sur le disque au retour ; rend son emplacement. Lève `StockagePlein`."""
    try:
        with place_disponible():
            default_storage.prendre(arrivee.chemin, emplacement)  # type: ignore[attr-defined]
    except BaseException:
        default_storage.delete(emplacement)
        raise
    return emplacement


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
    limite, efface = timezone.now() - timedelta(days=1), 0
    arrivees = Path(settings.FILE_UPLOAD_TEMP_DIR).name
    for dossier in (*Document.DOSSIERS, DepotAConfirmer.DOSSIER, Publication.DOSSIER, arrivees):
        if not default_storage.exists(dossier):
            continue
        for nom in default_storage.listdir(dossier)[1]:
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
