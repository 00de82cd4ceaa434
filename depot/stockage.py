"""Le stockage privé : un fichier s'écrit une fois, et n'est tenu pour gardé que sur le disque."""

import errno
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage
from django.core.files.uploadedfile import UploadedFile

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

    def prendre(self, arrive: Path, emplacement: str) -> None:
        """Fait sien, sans le recopier, un fichier arrivé à côté du stockage."""
        _ecrire_sur_le_disque(arrive)
        cible = self._faire_place(emplacement)
        arrive.rename(cible)
        _ecrire_sur_le_disque(cible.parent)

    def lier(self, ancien: str, nouveau: str) -> None:
        """Donne au fichier un second nom, sur le disque au retour."""
        cible = self._faire_place(nouveau)
        cible.hardlink_to(self.path(ancien))
        _ecrire_sur_le_disque(cible.parent)

    @contextmanager
    def sur_le_disque(self, emplacement: str) -> Iterator[Path]:
        """Le fichier là où il est, le temps du bloc."""
        yield Path(self.path(emplacement))

    def _faire_place(self, emplacement: str) -> Path:
        cible = Path(self.path(emplacement))
        cible.parent.mkdir(mode=self.directory_permissions_mode or 0o700, parents=True, exist_ok=True)
        return cible


def _ecrire_sur_le_disque(chemin: Path) -> None:
    descripteur = os.open(chemin, os.O_RDONLY)
    try:
        os.fsync(descripteur)
    finally:
        os.close(descripteur)


class Arrivee:
    """Un fichier qui arrive : écrit une seule fois, son empreinte calculée à mesure.

    Passé `taille_max` octets, ou faute de place, plus rien ne s'écrit : la taille se compte encore, pour être dite.
    """

    def __init__(self, taille_max: int | None = None) -> None:
        self.taille_max, self.taille, self.plein = taille_max, 0, False
        self._empreinte = hashlib.sha256()
        dossier = Path(settings.FILE_UPLOAD_TEMP_DIR)
        dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.chemin = dossier / uuid4().hex
        self._descripteur = -1
        with self._place():
            self._descripteur = os.open(self.chemin, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)

    @property
    def sha256(self) -> str:
        return self._empreinte.hexdigest()

    @property
    def trop_gros(self) -> bool:
        return self.taille_max is not None and self.taille > self.taille_max

    def ecrire(self, morceau: bytes) -> None:
        self.taille += len(morceau)
        if self.trop_gros or self.plein:
            self.jeter()
            return
        self._empreinte.update(morceau)
        with self._place():
            reste = memoryview(morceau)
            while reste:
                reste = reste[os.write(self._descripteur, reste) :]

    def finir(self) -> None:
        if self._descripteur >= 0:
            descripteur, self._descripteur = self._descripteur, -1
            with self._place():
                os.close(descripteur)

    def jeter(self) -> None:
        """Efface ce qui n'a pas été rangé ; sans risque à répéter."""
        self.finir()
        self.chemin.unlink(missing_ok=True)

    @contextmanager
    def _place(self) -> Iterator[None]:
        try:
            with place_disponible():
                yield
        except StockagePlein:
            self.plein = True
            self.jeter()


class FichierArrive(UploadedFile[Any]):
    """Un fichier envoyé, déjà sur le disque du stockage."""

    def __init__(self, arrivee: Arrivee, **champs: Any) -> None:
        ecrit = arrivee.chemin.exists()
        super().__init__(file=arrivee.chemin.open("rb") if ecrit else None, size=arrivee.taille, **champs)
        self.arrivee = arrivee

    def close(self) -> None:
        self.arrivee.jeter()
        if self.file:
            self.file.close()


@contextmanager
def recevoir(fichier: File[Any]) -> Iterator[Arrivee]:
    """Le fichier arrivé, ou la copie d'un fichier venu d'ailleurs ; il disparaît s'il n'a pas été rangé.

    Lève `StockagePlein`.
    """
    arrivee = fichier.arrivee if isinstance(fichier, FichierArrive) else _copier(fichier)
    try:
        if arrivee.plein:
            raise StockagePlein
        yield arrivee
    finally:
        arrivee.jeter()


def _copier(fichier: File[Any]) -> Arrivee:
    arrivee = Arrivee()
    for morceau in fichier.chunks():
        arrivee.ecrire(morceau)
    arrivee.finir()
    return arrivee


@contextmanager
def place_disponible() -> Iterator[None]:
    """Traduit un disque plein en une phrase."""
    try:
        yield
    except OSError as erreur:
        if erreur.errno in PLEIN:
            raise StockagePlein from erreur
        raise
