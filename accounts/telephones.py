"""Numéros de téléphone, gardés au format E.164 (+33612345678)."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


class NumeroInvalide(ValueError):
    """Le numéro n'existe pas dans le pays choisi ; le message se montre tel quel."""


def au_format_e164(indicatif: str, saisie: str) -> str:
    """Lève `NumeroInvalide`."""
    region = phonenumbers.region_code_for_country_code(int(indicatif))
    try:
        numero = phonenumbers.parse(saisie, region)
    except NumberParseException:
        numero = None
    if numero is None or not phonenumbers.is_valid_number(numero):
        raise NumeroInvalide("Saisissez un numéro complet pour le pays choisi, par exemple 06 12 34 56 78.")
    return phonenumbers.format_number(numero, PhoneNumberFormat.E164)
