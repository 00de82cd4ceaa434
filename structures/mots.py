"""Les mots que fouille la recherche : sans accent, ni casse, ni abréviation d'adresse."""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from string import ascii_lowercase, digits

# « C.A.M.S.P. », « C. H. »
_SIGLE = re.compile(r"\b(?:[A-Za-z]\. ?)+[A-Za-z]\b(?!['’])\.?")
_SEPARATEURS = re.compile(r"[^a-z0-9]+")
_ORDINAL = re.compile(r"(\d+)(?:er|ere|e|eme|ieme|nd|nde)")
_EQUIVALENTS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_TUS = {"cedex"}
# Ce que l'extension unaccent de PostgreSQL écrit aussi, et que la décomposition d'Unicode ignore.
_LETTRES = str.maketrans({
    "œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ß": "ss",
})  # fmt: skip
# Trop fréquents pour désigner quoi que ce soit.
_ARTICLES = {"a", "au", "aux", "d", "de", "des", "du", "en", "et", "l", "la", "le", "les"}


def sans_accent(texte: str) -> str:
    if not texte.isascii():
        texte = unicodedata.normalize("NFKD", texte.translate(_LETTRES)).encode("ascii", "ignore").decode()
    return texte.lower()


def decouper(texte: str) -> list[str]:
    """« C.A.M.S.P. St-Denis, 12ème, CEDEX » donne camsp, saint, denis, 12e."""
    if "." in texte:
        texte = _SIGLE.sub(lambda sigle: re.sub(r"[. ]", "", sigle[0]) + " ", texte)
    return " ".join(map(_mots, texte.split())).split()


@lru_cache(maxsize=50_000)
def _mots(morceau: str) -> str:
    """Les mots d'un morceau de texte sans espace ; le registre en répète quelques dizaines de milliers."""
    mots = []
    for mot in _SEPARATEURS.split(sans_accent(morceau)):
        if mot and mot not in _TUS:
            ordinal = _ORDINAL.fullmatch(mot) if mot[0].isdigit() else None
            mots.append(f"{ordinal[1]}e" if ordinal else _EQUIVALENTS.get(mot, mot))
    return " ".join(mots)


def composer(*, nom: str, ville: str, reste: str) -> str:
    """La colonne `mots` d'une structure : « camsp janine levy / paris 12e 75012 / … », bordée d'espaces.

    Les barres séparent le nom, la ville et le reste : un mot trouvé dans le nom compte plus, dans le reste moins.
    """
    return f" {' '.join(decouper(nom))} / {_sans_repetition(ville)} / {_sans_repetition(reste)} "


@lru_cache(maxsize=20_000)
def _sans_repetition(texte: str) -> str:
    """Villes, catégories et départements reviennent d'une ligne à l'autre du registre."""
    return " ".join(dict.fromkeys(decouper(texte)))


def cherches(texte: str) -> list[str]:
    """Les mots d'une recherche, une fois chacun, sans les articles s'il reste autre chose."""
    mots = list(dict.fromkeys(decouper(texte)))
    return [mot for mot in mots if mot not in _ARTICLES] or mots


def voisins(mot: str) -> set[str]:
    """Tout ce qui s'écrit à une faute de `mot` : une lettre en trop, en moins, changée, ou deux inversées."""
    lettres = f"{ascii_lowercase}{digits}" if any(caractere.isdigit() for caractere in mot) else ascii_lowercase
    coupes = [(mot[:i], mot[i:]) for i in range(len(mot) + 1)]
    return {
        *(debut + fin[1:] for debut, fin in coupes if fin),
        *(debut + fin[1] + fin[0] + fin[2:] for debut, fin in coupes if len(fin) > 1),
        *(debut + lettre + fin[1:] for debut, fin in coupes if fin for lettre in lettres),
        *(debut + lettre + fin for debut, fin in coupes for lettre in lettres),
    } - {mot}


def a_deux_fautes(mot: str, parmi: Iterable[str]) -> set[str]:
    """Ceux des mots `parmi` qui s'écrivent à deux fautes de `mot`, ou moins."""
    lettres = set(mot)
    return {autre for autre in parmi if len(lettres.symmetric_difference(autre)) <= 4 and _distance(mot, autre) <= 2}  # noqa: PLR2004


def _distance(mot: str, autre: str) -> int:
    """Nombre de lettres en trop, en moins, changées, ou de paires inversées (alignement optimal)."""
    avant: list[int] = []
    courante = list(range(len(autre) + 1))
    for i, lettre in enumerate(mot, start=1):
        avant, precedente, courante = courante, avant, [i]
        for j, voulue in enumerate(autre, start=1):
            cout = min(avant[j] + 1, courante[j - 1] + 1, avant[j - 1] + (lettre != voulue))
            if i > 1 and j > 1 and lettre == autre[j - 2] and mot[i - 2] == voulue:
                cout = min(cout, precedente[j - 2] + 1)
            courante.append(cout)
    return courante[-1]
