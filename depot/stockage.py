"""Le stockage privé : un fichier n'est tenu pour gardé qu'une fois sur le disque."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

from depot.erreurs import StockagePlein

PLEIN = frozenset({errno.ENOSPC, errno.EDQUOT})


class StockageDurable(FileSystemStorage):
    """Des fichiers sur disque, dont le contenu et le nom survivent à une coupure de courant."""

    def _save(self, name: str, content: File[Any]) -> str:
        enregistre: str = super()._save(name, content)  # type: ignore[misc]
        chemin = Path(self.path(enregistre))
        _ecrire_sur_le_disque(chemin)
        _ecrire_sur_le_disque(chemin.parent)
        return enregistre


def _ecrire_sur_le_disque(chemin: Path) -> None:
    descripteur = os.open(chemin, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


@dataclass(frozen=True)
class Recu:
    """Un fichier arrivé, pas encore jugé."""

    chemin: Path
    taille: int
    sha256: str


def dossier_des_arrivees() -> str:
    """Là où les fichiers se rangent le temps d'arriver et d'être jugés."""
    dossier = Path(settings.FILE_UPLOAD_TEMP_DIR)
    dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(dossier)


@contextmanager
def recevoir(fichier: File[Any]) -> Iterator[Recu]:
    """Copie le fichier à mesure, en calculant son empreinte ; la copie disparaît à la sortie du bloc."""
    empreinte, taille = hashlib.sha256(), 0
    with place_disponible(), NamedTemporaryFile(dir=dossier_des_arrivees()) as copie:
        for morceau in fichier.chunks():
            empreinte.update(morceau)
            taille += len(morceau)
            copie.write(morceau)
        copie.flush()
        yield Recu(Path(copie.name), taille, empreinte.hexdigest())


@contextmanager
def place_disponible() -> Iterator[None]:
    """Traduit un disque plein en une phrase."""
    try:
        yield
    except OSError as erreur:
        if erreur.errno in PLEIN:
            raise StockagePlein from erreur
        raise
