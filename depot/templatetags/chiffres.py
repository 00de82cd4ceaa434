from django import template

from depot.classeur.controle import montrer
from depot.models import Valeur

register = template.Library()
LONGUEUR = 120


@register.filter
def en_chiffres(valeur: Valeur | None) -> str:
    """La valeur d'un classeur comme on l'écrit : « 1 234,5 », « 31/12/2026 » ; un tiret si elle manque."""
    if valeur is None:
        return "–"
    lue = next((une for une in (valeur.nombre, valeur.jour) if une is not None), valeur.texte)
    return montrer(lue, LONGUEUR)
