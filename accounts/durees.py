"""Dire une durée."""

import math

MINUTE, HEURE = 60, 3600


def en_mots(secondes: float) -> str:
    """« 20 secondes », « 3 minutes », « 36 heures », « 3 jours » : arrondi au-dessus, pour n'essayer pas trop tôt."""
    heures = math.ceil(secondes / HEURE)
    if secondes < MINUTE:
        nombre, unite = max(1, math.ceil(secondes)), "seconde"
    elif secondes <= 90 * MINUTE:
        nombre, unite = math.ceil(secondes / MINUTE), "minute"
    elif heures % 24 or heures == 24:  # noqa: PLR2004 -- une journée se dit en heures
        nombre, unite = heures, "heure"
    else:
        nombre, unite = heures // 24, "jour"
    return f"{nombre} {unite}{'s' if nombre > 1 else ''}"
