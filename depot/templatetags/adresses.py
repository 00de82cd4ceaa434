from functools import cache
from urllib.parse import quote

from django import template
from django.urls import reverse

register = template.Library()
REPERE = "repere"


@register.filter
def adresse(cle: str, nom: str) -> str:
    """L'adresse de la page `nom` pour cette clé, comme `{% url nom cle %}` mais sans relire la table des adresses.

    Pour les longues listes : la matrice en montre deux cent cinquante.
    """
    avant, apres = _autour(nom)
    return f"{avant}{quote(cle)}{apres}"


@cache
def _autour(nom: str) -> tuple[str, str]:
    avant, _, apres = reverse(nom, args=[REPERE]).partition(REPERE)
    return avant, apres
