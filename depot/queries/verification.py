"""Ce que la vérification publique dit d'une référence ou d'une empreinte."""

import re
from dataclasses import dataclass
from datetime import datetime

from depot.enums import ECARTES
from depot.models import Document
from structures.models import Structure

REFERENCE = re.compile(r"(\d{4})-?([A-Z0-9]{4})-?([A-Z0-9]{4})")
EMPREINTE = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True)
class DepotVerifie:
    """Un dépôt a eu lieu, tel jour, pour telle structure : rien de plus ne sort sans habilitation."""

    depose_le: datetime
    structure: Structure


def lire_reference(saisie: str) -> str:
    """« 2026 7k3f92qx » : « 2026-7K3F-92QX ». Vide si ce n'est pas une référence."""
    lue = REFERENCE.fullmatch("".join(saisie.split()).upper())
    return "-".join(lue.groups()) if lue else ""


def lire_empreinte(saisie: str) -> str:
    """L'empreinte SHA-256 en minuscules, ou vide."""
    compacte = "".join(saisie.split()).lower()
    return compacte if EMPREINTE.fullmatch(compacte) else ""


def depots_verifies(saisie: str) -> list[DepotVerifie]:
    """Dépôts de cette référence ou de ce contenu, du plus ancien au plus récent, sans ceux qui ont été écartés."""
    documents = Document.objects.exclude(etat__in=ECARTES).select_related("structure").order_by("depose_le")
    if reference := lire_reference(saisie):
        documents = documents.filter(reference=reference)
    else:
        documents = documents.filter(sha256=lire_empreinte(saisie) or None)
    return [DepotVerifie(document.depose_le, document.structure) for document in documents]
