"""Remettre un SMS : une passerelle HTTP, ou en démonstration la liste des courriels."""

import json
from typing import Protocol
from urllib.error import URLError
from urllib.request import Request, urlopen

from django.conf import settings
from django.db import transaction

from courriels.services import ecrire

DELAI = 5  # secondes : la personne attend devant sa page


class SmsNonRemis(Exception):
    """La passerelle n'a pas pris le message."""


class Passerelle(Protocol):
    def envoyer(self, numero: str, texte: str) -> None:
        """Remet `texte` au `numero` (format E.164). Lève `SmsNonRemis`."""


class PasserelleHttp:
    """POST d'un objet JSON `{"to", "from", "text"}` à SMS_URL, avec SMS_JETON pour s'identifier."""

    def envoyer(self, numero: str, texte: str) -> None:
        corps = json.dumps({"to": numero, "from": settings.SMS_EXPEDITEUR, "text": texte}).encode()
        entetes = {"Content-Type": "application/json", "Authorization": f"Bearer {settings.SMS_JETON}"}
        requete = Request(settings.SMS_URL, data=corps, headers=entetes, method="POST")  # noqa: S310 -- adresse réglée
        try:
            with urlopen(requete, timeout=DELAI):  # noqa: S310
                pass
        except (URLError, OSError) as erreur:
            raise SmsNonRemis(type(erreur).__name__) from erreur


class PasserelleDeDemonstration:
    """Le SMS se lit avec les courriels de démonstration, à l'adresse du numéro."""

    def envoyer(self, numero: str, texte: str) -> None:
        with transaction.atomic():
            ecrire(
                destinataire=f"{numero}@sms.example",
                modele="accounts/courriels/sms_de_demonstration",
                contexte={"texte": texte},
            )


class PasserelleAbsente:
    def envoyer(self, numero: str, texte: str) -> None:
        raise SmsNonRemis("SMS_URL n'est pas réglé.")


def passerelle() -> Passerelle:
    if settings.SMS_URL:
        return PasserelleHttp()
    return PasserelleDeDemonstration() if settings.DEMO else PasserelleAbsente()


def disponible() -> bool:
    return not isinstance(passerelle(), PasserelleAbsente)
