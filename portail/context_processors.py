"""Ce que toute page peut nommer : l'organisme, son support, ses couleurs, le mode démonstration."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from portail import couleurs


def organisation(request: HttpRequest) -> dict[str, Any]:
    return {
        "organisation": settings.ORGANISATION_NOM,
        "organisation_longue": settings.ORGANISATION_NOM_LONG,
        "organisation_avec_article": settings.ORGANISATION_AVEC_ARTICLE,
        "logo": settings.ORGANISATION_LOGO,
        "courriel_support": settings.COURRIEL_SUPPORT,
        "feuille_de_couleurs": couleurs.adresse(),
        "demo": settings.DEMO,
    }
