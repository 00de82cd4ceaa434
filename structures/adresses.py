"""Écrire un lieu comme les gens le lisent."""

# Villes à arrondissements : début du code postal et rang de l'arrondissement dans ses deux derniers chiffres.
_ARRONDISSEMENTS = {"75": "Paris", "6900": "Lyon", "130": "Marseille"}


def lieu(commune: str, code_postal: str) -> str:
    """« Paris 12e Arrondissement (75012) », « Bourg-en-Bresse (01000) »."""
    for debut, ville in _ARRONDISSEMENTS.items():
        if code_postal.startswith(debut) and commune.upper().startswith(ville.upper()):
            rang = int(code_postal[-2:])
            return f"{ville} {rang}{'er' if rang == 1 else 'e'} Arrondissement ({code_postal})"
    nom = "-".join(mot.capitalize() for mot in commune.lower().replace(" ", "-").split("-"))
    return f"{nom} ({code_postal})" if code_postal else nom
