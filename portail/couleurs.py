"""Les couleurs de l'organisme, servies en feuille de style : la CSP interdit le style écrit dans la page."""

from hashlib import sha256

from django.conf import settings
from django.urls import reverse


def feuille_de_couleurs() -> str:
    return f":root{{--organisation:{settings.ORGANISATION_COULEUR};--tuile:{settings.ORGANISATION_COULEUR_TUILE}}}"


def adresse_des_couleurs() -> str:
    """Adresse qui change avec les couleurs : la feuille se garde alors un an dans le navigateur."""
    return f"{reverse('couleurs')}?v={sha256(feuille_de_couleurs().encode()).hexdigest()[:8]}"
