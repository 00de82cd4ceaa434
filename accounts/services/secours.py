"""Codes de secours : dix, à garder sur papier, bons une fois chacun."""

import secrets

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts import courriels
from accounts.erreurs import GesteRefuse
from accounts.models import CodeDeSecours, Utilisateur
from accounts.queries import facteurs
from accounts.services.commun import verrouiller
from journal.services import consigner

NOMBRE = 10
# Ni voyelle (aucun mot), ni 0, 1, l : rien qui se confonde une fois imprimé. 12 signes parmi 28 font 57 bits.
ALPHABET = "bcdfghjkmnpqrstvwxyz23456789"


def creer_codes_de_secours(*, acteur: Utilisateur) -> list[str]:
    """Remplace les codes de la personne et rend les nouveaux, seule fois où ils se lisent. Lève `GesteRefuse`."""
    with transaction.atomic():
        personne = verrouiller(acteur)
        if not facteurs(personne):
            raise GesteRefuse("Ajoutez d'abord un moyen de vérification : les codes de secours le remplacent un jour.")
        codes = ["-".join(_tirer(4) for _ in range(3)) for _ in range(NOMBRE)]
        personne.codes_de_secours.all().delete()
        CodeDeSecours.objects.bulk_create(
            CodeDeSecours(personne=personne, empreinte=_hacher(personne, code)) for code in codes
        )
        consigner(acteur=personne, action="codes_de_secours.crees", objet=personne)
        courriels.codes_de_secours_crees(personne)
    return codes


def essayer_code_de_secours(personne: Utilisateur, code: str) -> str:
    """Consomme un code dans la transaction de l'appelant ; rend le refus à montrer, vide si le code est bon."""
    libres = personne.codes_de_secours.filter(empreinte=_hacher(personne, code), utilise_le=None)
    if libres.update(utilise_le=timezone.now()):
        return ""
    return "Ce code de secours est faux ou a déjà servi. Vérifiez-le, ou prenez le suivant de votre liste."


def _tirer(longueur: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(longueur))


def _hacher(personne: Utilisateur, code: str) -> str:
    lettres = "".join(signe for signe in code.lower() if signe in ALPHABET)
    return salted_hmac("accounts.secours", f"{personne.pk}.{lettres}", algorithm="sha256").hexdigest()
