"""Étiquettes de gabarit du thème : icônes et illustrations."""

from functools import cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@cache
def icone(nom: str) -> SafeString:
    """Icône décorative de la planche `static/portail/icones.svg` ; le texte voisin dit ce qu'elle montre."""
    return format_html(
        '<svg class="icone" aria-hidden="true"><use href="{}#{}"></use></svg>', static("portail/icones.svg"), nom
    )


@register.simple_tag
def illustration(nom: str) -> str:
    return static(f"portail/illustrations/{nom}.svg")
