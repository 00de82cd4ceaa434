"""Le nom d'un fichier est une donnée, jamais un chemin."""

import re
import unicodedata

OCTETS_MAX = 200
CARACTERES_MAX = 150
RESERVES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
INTERDITS = str.maketrans(dict.fromkeys('<>|"?*', "_"))


def nettoyer(nom: str) -> str:
    """Le nom à garder : composé (NFC), sans dossier ni caractère invisible, de 200 octets au plus."""
    nom = unicodedata.normalize("NFC", nom)
    # Cc : commandes ; Cf : sens d'écriture et largeur nulle ; Cs : demi-codets.
    nom = "".join(c for c in nom if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})
    nom = re.split(r"[/\\]", nom)[-1].translate(INTERDITS).strip(" ").rstrip(". ")
    radical, point, extension = nom.rpartition(".")
    if not point:
        radical, extension = extension, ""
    radical = radical or "document"
    if RESERVES.fullmatch(radical) or radical.startswith("-"):
        radical = "_" + radical.removeprefix("-")
    fin = f"{point}{extension}"
    return couper(radical[:CARACTERES_MAX], OCTETS_MAX - len(fin.encode())) + fin


def couper(texte: str, octets: int) -> str:
    return texte.encode()[: max(octets, 0)].decode(errors="ignore")


def extension(nom: str) -> str:
    """« PDF » de « rapport.PDF », en minuscules ; vide s'il n'y en a pas."""
    return nom.rpartition(".")[2].lower() if "." in nom else ""


def avec_extension(nom: str, voulue: str) -> str:
    """Le nom, avec l'extension que dit le contenu."""
    if extension(nom) == voulue:
        return nom
    return couper(nom.rpartition(".")[0], OCTETS_MAX - len(voulue) - 1) + f".{voulue}"
