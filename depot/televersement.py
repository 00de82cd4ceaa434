"""Réception du formulaire : les fichiers vont toujours sur disque, et un disque plein se voit."""

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import SkipFile, TemporaryFileUploadHandler
from django.http import HttpRequest

from depot.erreurs import StockagePlein
from depot.stockage import dossier_des_arrivees, place_disponible


class SurDisque(TemporaryFileUploadHandler):
    """Un disque plein saute le fichier au lieu d'interrompre la requête : la vue le saura par `etait_plein`."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        dossier_des_arrivees()
        super().new_file(*args, **kwargs)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        try:
            with place_disponible():
                return super().receive_data_chunk(raw_data, start)
        except StockagePlein as plein:
            _noter(self.request)
            raise SkipFile from plein

    def file_complete(self, file_size: int) -> UploadedFile[Any] | None:
        try:
            with place_disponible():
                return super().file_complete(file_size)
        except StockagePlein:
            _noter(self.request)
            return None


def _noter(request: HttpRequest | None) -> None:
    if request is not None:
        request.META["depot.disque_plein"] = True


def etait_plein(request: HttpRequest) -> bool:
    return "depot.disque_plein" in request.META
