"""Le stockage privé dans un espace compatible S3 : ce qu'il acquitte, il l'a reçu entier."""

import hashlib
import logging
import os
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from tempfile import NamedTemporaryFile, SpooledTemporaryFile
from typing import Any, BinaryIO

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage

from depot.erreurs import StockageIndisponible

logger = logging.getLogger(__name__)
EN_MEMOIRE = 1 << 20
ABSENT = 404
# Secondes : mieux vaut dire vite que le stockage ne répond pas que faire attendre qui dépose.
RESEAU = Config(
    connect_timeout=5,
    read_timeout=30,
    retries={"mode": "standard", "max_attempts": 3},
    signature_version="s3v4",
    s3={"addressing_style": "path"},
    # Les espaces compatibles ne connaissent pas tous les sommes récentes d'Amazon ; Content-MD5, si.
    request_checksum_calculation="when_required",
    response_checksum_validation="when_required",
)


class StockageS3(Storage):
    """Les mêmes gestes que `StockageDurable`. Tous lèvent `StockageIndisponible` si l'espace ne répond pas."""

    def __init__(self, *, seau: str, prefixe: str = "", acces: Mapping[str, str]) -> None:
        self.seau, self.prefixe, self._acces = seau, prefixe, acces

    @cached_property
    def _client(self) -> Any:
        return Session().client("s3", config=RESEAU, **self._acces)

    def prendre(self, arrive: Path, emplacement: str) -> None:
        """Copie un fichier arrivé ; au retour, le serveur en a vérifié l'empreinte."""
        with arrive.open("rb") as fichier:
            self._envoyer(emplacement, fichier)

    def lier(self, ancien: str, nouveau: str) -> None:
        """Donne au fichier un second nom, sans qu'il repasse par ici."""
        with self._joint(ancien):
            self._client.copy_object(CopySource={"Bucket": self.seau, "Key": self._cle(ancien)}, **self._ou(nouveau))

    @contextmanager
    def sur_le_disque(self, emplacement: str) -> Iterator[Path]:
        """Une copie du fichier, le temps du bloc."""
        dossier = Path(settings.FILE_UPLOAD_TEMP_DIR)
        dossier.mkdir(mode=0o700, parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=dossier) as copie:
            self._recopier(emplacement, copie)
            copie.flush()
            yield Path(copie.name)

    def exists(self, name: str) -> bool:
        with suppress(FileNotFoundError):
            self._decrire(name)
            return True
        return False

    def delete(self, name: str) -> None:
        with self._joint(name):
            self._client.delete_object(**self._ou(name))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        debut = self._cle(path) + "/"
        with self._joint(path):
            pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=self.seau, Prefix=debut)
            cles = [objet["Key"].removeprefix(debut) for page in pages for objet in page.get("Contents", ())]
        return [], cles

    def get_modified_time(self, name: str) -> datetime:
        modifie: datetime = self._decrire(name)["LastModified"]
        return modifie

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        copie = SpooledTemporaryFile(max_size=EN_MEMOIRE)  # noqa: SIM115 -- fermé par qui lit
        try:
            self._recopier(name, copie)
        except BaseException:
            copie.close()
            raise
        copie.seek(0)
        return File(copie, name)

    def _save(self, name: str, content: File[Any]) -> str:
        self._envoyer(name, content)
        return name

    def _envoyer(self, emplacement: str, fichier: Any) -> None:
        empreinte = hashlib.file_digest(fichier, lambda: hashlib.md5(usedforsecurity=False)).digest()
        taille = fichier.seek(0, os.SEEK_END)
        fichier.seek(0)
        with self._joint(emplacement):
            self._client.put_object(
                Body=fichier, ContentLength=taille, ContentMD5=b64encode(empreinte).decode(), **self._ou(emplacement)
            )

    def _recopier(self, emplacement: str, copie: BinaryIO | Any) -> None:
        with self._joint(emplacement):
            for morceau in self._client.get_object(**self._ou(emplacement))["Body"].iter_chunks(EN_MEMOIRE):
                copie.write(morceau)

    def _decrire(self, emplacement: str) -> dict[str, Any]:
        with self._joint(emplacement):
            decrit: dict[str, Any] = self._client.head_object(**self._ou(emplacement))
        return decrit

    def _ou(self, emplacement: str) -> dict[str, str]:
        return {"Bucket": self.seau, "Key": self._cle(emplacement)}

    def _cle(self, emplacement: str) -> str:
        return f"{self.prefixe}/{emplacement}" if self.prefixe else emplacement

    @contextmanager
    def _joint(self, emplacement: str) -> Iterator[None]:
        """Traduit ce que dit l'espace : un fichier absent, ou une panne."""
        try:
            yield
        except (BotoCoreError, ClientError) as erreur:
            reponse = getattr(erreur, "response", {})
            if reponse.get("ResponseMetadata", {}).get("HTTPStatusCode") == ABSENT:
                raise FileNotFoundError(emplacement) from erreur
            logger.error("Le stockage n'a pas rendu le service : %s", erreur)  # noqa: TRY400 -- la cause suit
            raise StockageIndisponible from erreur
