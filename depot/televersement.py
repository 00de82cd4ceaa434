"""Réception des fichiers : sur le disque du stockage, en une écriture, taille et place vérifiées à mesure."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest

from depot.stockage import Arrivee, FichierArrive

MORCEAU = 1 << 18
# Ce qu'ajoutent aux fichiers les champs du formulaire et leurs séparateurs.
ENVELOPPE = 1_000_000


class SurDisque(FileUploadHandler):
    """Sans borne, un fichier que le disque ne peut garder est sauté ; borné, il est rendu avec ce qui lui manque."""

    chunk_size = MORCEAU

    def __init__(self, request: HttpRequest | None = None, *, taille_max: int | None = None) -> None:
        super().__init__(request)
        self.taille_max = taille_max
        self.arrivee: Arrivee | None = None

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        self.arrivee = Arrivee(self.taille_max)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.arrivee:
            self.arrivee.ecrire(raw_data)
            if self.arrivee.plein and self.taille_max is None:
                raise SkipFile

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        arrivee, self.arrivee = self.arrivee, None
        if arrivee is None:
            return None
        arrivee.finir()
        return FichierArrive(
            arrivee,
            name=self.file_name,
            content_type=self.content_type,
            charset=self.charset,
            content_type_extra=self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        if self.arrivee:
            self.arrivee.jeter()


def tient(request: HttpRequest, *, nombre: int, taille_max: int) -> bool:
    """Ce que la requête annonce tient dans `nombre` fichiers de `taille_max` octets ; rien n'en est encore lu."""
    annonce = request.META.get("CONTENT_LENGTH") or "0"
    return annonce.isdigit() and int(annonce) <= nombre * taille_max + ENVELOPPE


def preparer(request: HttpRequest, taille_max: int) -> None:
    """À appeler avant de lire la requête : chaque fichier y sera borné."""
    request.upload_handlers = [SurDisque(request, taille_max=taille_max)]
