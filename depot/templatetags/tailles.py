from django import template
from django.utils.formats import number_format

register = template.Library()
PALIERS = ((1_000_000, "Mo"), (1_000, "Ko"))


@register.filter
def en_octets(taille: int) -> str:
    """« 5,5 Ko » : des unités décimales, comme le maximum annoncé."""
    for palier, unite in PALIERS:
        if taille >= palier:
            return f"{number_format(taille / palier, 1)} {unite}"
    return f"{taille} octet{'s' if taille > 1 else ''}"
