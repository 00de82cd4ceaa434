"""Les variables des modèles de motif : {prenom}, {application}… remplacées par ce que dit la demande."""

import re

VARIABLES = {
    "prenom": "prénom de la personne",
    "nom": "nom de la personne",
    "application": "application demandée",
    "profil": "profil demandé",
    "structures": "structures demandées",
    "numero": "numéro de la demande",
    "date_demande": "date de la demande",
}
LISTE = ", ".join(f"{{{nom}}}" for nom in VARIABLES)
_ENTRE_ACCOLADES = re.compile(r"\{([^{}]*)\}")


def faute(texte: str) -> str:
    """La phrase qui dit ce qui ne va pas dans un modèle ; vide s'il est juste."""
    inconnues = [nom for nom in _ENTRE_ACCOLADES.findall(texte) if nom not in VARIABLES]
    if inconnues:
        dites = ", ".join(f"{{{nom}}}" for nom in inconnues)
        return f"Variable inconnue : {dites}. Les variables sont {LISTE}."
    if re.search(r"[{}]", _ENTRE_ACCOLADES.sub("", texte)):
        return f"Une accolade est seule. Une variable s'écrit entre deux accolades : {LISTE}."
    return ""


def remplir(texte: str, valeurs: dict[str, str]) -> str:
    return _ENTRE_ACCOLADES.sub(lambda trouvee: valeurs.get(trouvee[1], trouvee[0]), texte)
