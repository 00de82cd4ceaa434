"""Les mots que fouille la recherche : sans accent, ni casse, ni abréviation d'adresse."""

import re
import unicodedata
from collections.abc import Iterable

_SEPARATEURS = re.compile(r"[^a-z0-9]+")
_ORDINAL = re.compile(r"(\d+)(?:er|ere|e|eme|ieme|nd|nde)")
_EQUIVALENTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_TUS = {"cedex"}
# Trop fréquents pour désigner quoi que ce soit.
_ARTICLES = {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"}


def sans_accent(texte: str) -> str:
    if not texte.isascii():
        texte = texte.replace("œ", "oe").replace("Œ", "OE")
        texte = unicodedata.normalize("NFKD", texte).encode("ascii", "ignore").decode()
    return texte.lower()


def decouper(texte: str) -> list[str]:
    """« CAMSP St-Denis, 12ème, CEDEX » donne camsp, saint, denis, 12e."""
    mots = []
    for mot in _SEPARATEURS.split(sans_accent(texte)):
        if mot and mot not in _TUS:
            ordinal = _ORDINAL.fullmatch(mot) if mot[0].isdigit() else None
            mots.append(f"{ordinal[1]}e" if ordinal else _EQUIVALENTS.get(mot, mot))
    return mots


def composer(nom: str, *autres: str) -> str:
    """La colonne `mots` d'une structure : « camsp janine levy / paris 12e … », bordée d'espaces.

    La barre sépare le nom du reste : un mot trouvé dans le nom compte davantage.
    """
    du_reste = dict.fromkeys(mot for texte in autres for mot in decouper(texte))
    return f" {' '.join(decouper(nom))} / {' '.join(du_reste)} "


def cherches(texte: str) -> list[str]:
    """Les mots d'une recherche, une fois chacun, sans les articles s'il reste autre chose."""
    mots = list(dict.fromkeys(decouper(texte)))
    return [mot for mot in mots if mot not in _ARTICLES] or mots


def voisins(mot: str) -> Iterable[str]:
    """Tout ce qui s'écrit à une faute de `mot` : une lettre en trop, en moins, changée, ou deux inversées."""
    lettres = "abcdefghijklmnopqrstuvwxyz0123456789" if any(c.isdigit() for c in mot) else "abcdefghijklmnopqrstuvwxyz"
    coupes = [(mot[:i], mot[i:]) for i in range(len(mot) + 1)]
    yield from (debut + fin[1:] for debut, fin in coupes if fin)
    yield from (debut + fin[1] + fin[0] + fin[2:] for debut, fin in coupes if len(fin) > 1)
    yield from (debut + lettre + fin[1:] for debut, fin in coupes if fin for lettre in lettres)
    yield from (debut + lettre + fin for debut, fin in coupes for lettre in lettres)
