"""Défi du captcha : cinq caractères que l'on ne prend pas l'un pour l'autre."""

from secrets import choice

# Sans 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V ni W.
CARACTERES = "ACDEFGHJKMNPRTXY34679"
LONGUEUR = 5


def defi() -> tuple[str, str]:
    """Ce que montre l'image, et la réponse attendue ; la bibliothèque ne regarde pas la casse."""
    texte = "".join(choice(CARACTERES) for _ in range(LONGUEUR))
    return texte, texte.lower()
