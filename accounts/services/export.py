"""L'export de ses données : une archive ZIP, à lire par une personne (HTML) ou par une machine (JSON)."""

import json
import tempfile
from typing import IO
from zipfile import ZIP_DEFLATED, ZipFile

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.template.loader import render_to_string
from django.utils import timezone

from accounts import prolongements
from accounts.models import Utilisateur
from accounts.queries import PARTIES
from journal.services import consigner

EN_MEMOIRE = 2_000_000  # octets ; au-delà, l'archive passe par le disque
FEUILLE = settings.RACINE / "static" / "accounts" / "export.css"


def exporter(*, acteur: Utilisateur) -> IO[bytes]:
    """L'archive, au début de laquelle on se trouve. À l'appelant de la fermer."""
    consigner(acteur=acteur, action="donnees.exportees", objet=acteur)
    parties = {partie.titre: list(partie.lire(acteur)) for partie in [*PARTIES, *prolongements.parties_exportees]}
    archive = tempfile.SpooledTemporaryFile(max_size=EN_MEMOIRE)  # noqa: SIM115 -- rendu ouvert à l'appelant
    with ZipFile(archive, "w", ZIP_DEFLATED) as fichier:
        fichier.writestr("mes-donnees.json", json.dumps(parties, cls=DjangoJSONEncoder, ensure_ascii=False, indent=2))
        contexte = {"personne": acteur, "parties": parties, "maintenant": timezone.now()}
        fichier.writestr("mes-donnees.html", render_to_string("accounts/export.html", contexte))
        fichier.write(FEUILLE, "mes-donnees.css")
    archive.seek(0)
    return archive
