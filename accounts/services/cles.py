"""Clés d'accès (WebAuthn) : la bibliothèque tient le protocole, ces services écrivent et consignent."""

from typing import Any

from django.db import transaction
from django_otp_webauthn.exceptions import OTPWebAuthnApiError
from django_otp_webauthn.helpers import WebAuthnHelper
from django_otp_webauthn.models import WebAuthnCredential
from django_otp_webauthn.utils import rewrite_exceptions

from accounts.enums import GenreFacteur
from accounts.erreurs import CodeRefuse
from accounts.models import Utilisateur
from accounts.queries import Facteur, facteur_tenu
from accounts.services.commun import verrouiller
from accounts.services.facteurs import consigner_ajout
from accounts.services.verification import consigner_verification
from journal.services import consigner

Defi = tuple[dict[str, Any], dict[str, Any]]
REFUS = "Cette clé d'accès n'est pas reconnue. Réessayez, ou choisissez un autre moyen de vérification."


def commencer_cle(*, acteur: Utilisateur) -> Defi:
    """Ce que le navigateur doit savoir pour créer une clé, et ce que la session en retient."""
    defi: Defi = _bibliotheque().register_begin(user=acteur)
    return defi


def ajouter_cle(*, acteur: Utilisateur, etat: dict[str, Any], reponse: dict[str, Any]) -> Facteur:
    """Enregistre la clé créée par le navigateur. Lève `CodeRefuse`."""
    try:
        with transaction.atomic(), rewrite_exceptions():
            personne = verrouiller(acteur)
            cle = _bibliotheque().register_complete(user=personne, state=etat, data=reponse)
            cle.name = GenreFacteur.CLE.label
            cle.save(update_fields=["name"])
            consigner_ajout(personne, GenreFacteur.CLE, cle.name)
    except OTPWebAuthnApiError as erreur:
        raise CodeRefuse(
            "Cette clé d'accès n'a pas pu être ajoutée. Réessayez, ou prenez un autre appareil."
        ) from erreur
    return _facteur(personne, cle)


def defier_cle(*, acteur: Utilisateur) -> Defi:
    """Ce que la clé doit signer pour prouver qu'elle est là, et ce que la session en retient."""
    defi: Defi = _bibliotheque().authenticate_begin(user=acteur, require_user_verification=False)
    return defi


def verifier_cle(*, acteur: Utilisateur, etat: dict[str, Any], reponse: dict[str, Any]) -> Facteur:
    """Vérifie la signature de la clé. Lève `CodeRefuse`."""
    try:
        with transaction.atomic(), rewrite_exceptions():
            cle = _bibliotheque().authenticate_complete(user=acteur, state=etat, data=reponse)
            prouvee = _facteur(acteur, cle)
            consigner_verification(acteur, prouvee, reussie=True)
    except OTPWebAuthnApiError as erreur:
        consigner(acteur=acteur, action="verification.refusee", objet=acteur, apres={"genre": GenreFacteur.CLE.value})
        raise CodeRefuse(REFUS) from erreur
    return prouvee


def _bibliotheque() -> WebAuthnHelper:
    """Elle ne se sert de la requête que pour des réglages calculés, qui sont ici des constantes."""
    return WebAuthnHelper(request=None)


def _facteur(personne: Utilisateur, cle: WebAuthnCredential) -> Facteur:
    trouve = facteur_tenu(personne, f"{GenreFacteur.CLE}-{cle.pk}")
    if trouve is None:
        raise CodeRefuse(REFUS)
    return trouve
