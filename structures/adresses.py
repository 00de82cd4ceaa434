"""Écrire un lieu comme les gens le lisent, d'après les capitales sans accent du registre."""

import re
from functools import lru_cache

# « 75012 PARIS », « 75743 PARIS CEDEX 15 », « 75700 PARIS SP 07 ».
_ACHEMINEMENT = re.compile(r"(?P<code>\d{5})? *(?P<commune>.*?)(?: +(?:CEDEX|SP)(?: +(?P<bureau>\d+))?)?")
# Villes à arrondissements : premier code postal et nombre d'arrondissements.
_ARRONDISSEMENTS = {"PARIS": (75000, 20), "LYON": (69000, 9), "MARSEILLE": (13000, 16)}
_SECOND_CODE_DU_16E = "75116"
_PETITS_MOTS = {"à", "au", "aux", "de", "des", "du", "en", "et", "la", "le", "les", "lès", "sous", "sur"}
# Ce qui, dans une adresse, ne se lit qu'en capitales.
_SIGLES = {"CAMSP", "CHU", "EHPAD", "ESAT", "IME", "PMI", "TSA", "ZA", "ZAC", "ZI", "ZUP"}
_SANS_VOYELLE = re.compile(r"(?!(?:ST|DR|MGR)$)[^AEIOUY]+")
_RESTENT_BAS = {"1er", "bis", "d", "l", "ter"}
_CHIFFRES_ROMAINS = re.compile(r"[IVX]+")
_EN_CAPITALES = re.compile(r"\b(?:1ER|[^\W\d_][^\W\d_a-z]*(?:'[^\W\d_a-z]+)?)\b")
_ABREVIATIONS = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_VOIES = {
    "ALL": "allée", "AV": "avenue", "BD": "boulevard", "CAR": "carrefour", "CHE": "chemin", "CITE": "cité",
    "CRS": "cours", "ESP": "esplanade", "FG": "faubourg", "GR": "grande rue", "HAM": "hameau", "IMP": "impasse",
    "LD": "lieu-dit", "LOT": "lotissement", "MTE": "montée", "PAS": "passage", "PL": "place", "PRO": "promenade",
    "QU": "quai", "QUA": "quartier", "R": "rue", "RES": "résidence", "RPT": "rond-point", "RTE": "route",
    "SQ": "square", "TRA": "traverse", "VLA": "villa", "VLGE": "village",
}  # fmt: skip


def lieu(commune: str, code_postal: str) -> str:
    """« Paris 12e Arrondissement (75012) », « Bourg-en-Bresse (01000) »."""
    nom = nom_de_commune(commune, arrondissement=_arrondissement(commune, code_postal))
    return f"{nom} ({code_postal})" if code_postal else nom


@lru_cache(maxsize=20_000)
def acheminement(ligne: str) -> tuple[str, str]:
    """Code postal et commune d'une ligne d'acheminement : « 75743 PARIS CEDEX 15 » est à Paris 15e Arrondissement."""
    trouve = _ACHEMINEMENT.fullmatch(" ".join(ligne.split()))
    if trouve is None:
        return "", ligne
    code_postal, commune = trouve["code"] or "", trouve["commune"]
    rang = int(trouve["bureau"] or 0) if commune in _ARRONDISSEMENTS else 0
    return code_postal, nom_de_commune(commune, arrondissement=rang or _arrondissement(commune, code_postal))


def voie(numero: str, type_de_voie: str, nom: str) -> str:
    """« 27 rue DU COLONEL ROZANOFF » : le type en toutes lettres, le nom tel qu'il est enregistré."""
    return " ".join(filter(None, [numero, _VOIES.get(type_de_voie, type_de_voie), nom]))


def en_minuscules(adresse: str) -> str:
    """« 27 rue DU COLONEL ROZANOFF, BP 139 » donne « 27 rue du Colonel Rozanoff, BP 139 »."""
    return _EN_CAPITALES.sub(lambda mot: _mot_d_adresse(mot[0]), adresse)


def _mot_d_adresse(mot: str) -> str:
    bas = mot.lower()
    if bas in _RESTENT_BAS:
        return bas
    if mot in _SIGLES or _CHIFFRES_ROMAINS.fullmatch(mot) or _SANS_VOYELLE.fullmatch(mot):
        return mot
    if bas[:2] in {"d'", "l'"}:
        return bas[:2] + bas[2:].capitalize()
    return bas if bas in _PETITS_MOTS else bas.capitalize()


def nom_de_commune(brut: str, *, arrondissement: int = 0) -> str:
    """« ST DENIS » donne Saint-Denis, « L ISLE ADAM » L'Isle-Adam ; un nom déjà écrit en minuscules reste tel quel."""
    if brut != brut.upper():
        return brut
    mots = [_ABREVIATIONS.get(mot, mot) for mot in re.split(r"[\s'’-]+", brut.lower()) if mot]
    nom = ""
    for rang, mot in enumerate(mots):
        suite = rang < len(mots) - 1
        if mot in {"d", "l"} and suite:
            nom += f"{mot if rang else mot.upper()}'"
        else:
            ecrit = mot if rang and mot in _PETITS_MOTS else mot.capitalize()
            article = rang == 0 and mot in {"le", "la", "les"}
            nom += ecrit + ((" " if article else "-") if suite else "")
    if arrondissement:
        nom += f" {arrondissement}{'er' if arrondissement == 1 else 'e'} Arrondissement"
    return nom


def _arrondissement(commune: str, code_postal: str) -> int:
    premier, nombre = _ARRONDISSEMENTS.get(commune.upper(), (0, 0))
    if code_postal == _SECOND_CODE_DU_16E and nombre:
        return 16
    rang = int(code_postal) - premier if nombre and code_postal.isdigit() else 0
    return rang if 1 <= rang <= nombre else 0
