"""Liens envoyés par courriel : signés, datés, et morts dès que le compte a changé.

Rien n'est gardé en base. Le jeton porte l'empreinte de l'adresse, du mot de passe et de l'état du compte : confirmer
l'adresse, changer de mot de passe ou désactiver le compte l'éteint, et il ne sert donc qu'une fois.
"""

from enum import StrEnum

from django.conf import settings
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.enums import EtatChangement
from accounts.models import ChangementCourriel, Utilisateur


class LienInvalide(Exception):
    """Lien falsifié, trop ancien ou déjà utilisé ; `personne` est celle d'un lien authentique qui a déjà servi."""

    def __init__(self, personne: Utilisateur | None = None) -> None:
        self.personne = personne


class Usage(StrEnum):
    CONFIRMATION = "confirmation"
    MOT_DE_PASSE = "mot_de_passe"
    NOUVELLE_ADRESSE = "nouvelle_adresse"
    CONTESTATION = "contestation"

    @property
    def duree(self) -> int:
        """Durée de validité, en secondes."""
        durees: dict[Usage, int] = {
            Usage.CONFIRMATION: settings.DUREE_LIEN_CONFIRMATION,
            Usage.MOT_DE_PASSE: settings.DUREE_LIEN_MOT_DE_PASSE,
            Usage.NOUVELLE_ADRESSE: settings.DUREE_LIEN_CONFIRMATION,
            Usage.CONTESTATION: settings.DUREE_LIEN_CONTESTATION,
        }
        return durees[self]


def creer(personne: Utilisateur, usage: Usage) -> str:
    return signing.dumps([personne.pk, _empreinte(personne)], salt=f"accounts.{usage}")


def lire(jeton: str, usage: Usage) -> Utilisateur:
    """La personne à qui le lien fut envoyé. Lève `LienInvalide`."""
    try:
        pk, empreinte = signing.loads(jeton, salt=f"accounts.{usage}", max_age=usage.duree)
    except signing.BadSignature as erreur:
        raise LienInvalide from erreur
    personne = Utilisateur.objects.filter(pk=pk).first()
    if personne is None or not constant_time_compare(empreinte, _empreinte(personne)):
        raise LienInvalide(personne)
    return personne


def creer_pour_changement(changement: ChangementCourriel, usage: Usage) -> str:
    return signing.dumps([changement.pk, _empreinte(changement.personne)], salt=f"accounts.{usage}")


def lire_changement(jeton: str, usage: Usage) -> ChangementCourriel:
    """Le changement d'adresse qu'un lien confirme ou conteste. Lève `LienInvalide`.

    Confirmer meurt avec le compte tel qu'il était ; contester lui survit, sinon un intrus l'éteindrait.
    """
    try:
        pk, empreinte = signing.loads(jeton, salt=f"accounts.{usage}", max_age=usage.duree)
    except signing.BadSignature as erreur:
        raise LienInvalide from erreur
    changement = ChangementCourriel.objects.select_related("personne").filter(pk=pk).first()
    if changement is None:
        raise LienInvalide
    if usage == Usage.CONTESTATION:
        vaut = changement.etat in (EtatChangement.EN_ATTENTE, EtatChangement.CONFIRME)
    else:
        vaut = changement.etat == EtatChangement.EN_ATTENTE and constant_time_compare(
            empreinte, _empreinte(changement.personne)
        )
    if not vaut:
        raise LienInvalide(changement.personne)
    return changement


def _empreinte(personne: Utilisateur) -> str:
    etat = f"{personne.courriel}|{personne.password}|{personne.etat}"
    return salted_hmac("accounts.jetons", etat, algorithm="sha256").hexdigest()[:32]
