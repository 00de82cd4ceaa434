"""Ce que toute page peut nommer : l'organisme, son support, le mode démonstration."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def organisation(request: HttpRequest) -> dict[str, Any]:
    return {
        "organisation": settings.ORGANISATION_NOM,
        "organisation_longue": settings.ORGANISATION_NOM_LONG,
        "logo": settings.ORGANISATION_LOGO,
        "courriel_support": settings.COURRIEL_SUPPORT,
        "demo": settings.DEMO,
    }
