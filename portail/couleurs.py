"""Les couleurs de l'organisme, servies en feuille de style : la CSP interdit le style écrit dans la page."""

from hashlib import sha256

from django.conf import settings

CHEMIN = "/couleurs.css"


def feuille() -> str:
    return f":root{{--organisation:{settings.ORGANISATION_COULEUR};--tuile:{settings.ORGANISATION_COULEUR_TUILE}}}"


def adresse() -> str:
    """Adresse qui change avec les couleurs : la feuille se garde alors un an dans le navigateur."""
    return f"{CHEMIN}?v={sha256(feuille().encode()).hexdigest()[:8]}"
