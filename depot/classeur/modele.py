"""La feuille « contrôles » d'un modèle : une ligne par cellule attendue."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from depot.classeur.cellules import Cellule, Genre, Place, Releve, etendre, normaliser, simplifier

FEUILLE = "contrôles"
LIGNES_LUES, CONTROLES_MAX = 501, 500


class Sorte(StrEnum):
    ENTIER = "nombre entier"
    NOMBRE = "nombre"
    MONTANT = "montant"
    DATE = "date"
    LISTE = "liste"
    TEXTE = "texte"
    SOMME = "somme"


NUMERIQUES = frozenset({Sorte.ENTIER, Sorte.NOMBRE, Sorte.MONTANT, Sorte.SOMME})
SYNONYMES = {"entier": Sorte.ENTIER, "somme de": Sorte.SOMME, "choix": Sorte.LISTE}
COLONNES = {
    "code": "code",
    "feuille": "feuille",
    "cellule": "cellule",
    "libelle": "libelle",
    "sorte": "sorte",
    "obligatoire": "obligatoire",
    "minimum": "minimum",
    "maximum": "maximum",
    "plausible des": "plausible_min",
    "plausible jusqu'a": "plausible_max",
    "valeurs": "valeurs",
    "somme de": "somme_de",
    "ecart (%)": "ecart",
}
EXIGEES = ("code", "feuille", "cellule", "libelle", "sorte")


@dataclass(frozen=True)
class Controle:
    """Ce qui est attendu d'une cellule. Hors de `minimum` et `maximum`, c'est une erreur ; hors du plausible, ou à plus
    de `ecart` % de l'an passé, un avertissement que l'on confirme. Une date se borne en jours ordinaux."""

    code: str
    feuille: str
    cellule: str
    libelle: str
    sorte: Sorte
    obligatoire: bool = True
    minimum: float | None = None
    maximum: float | None = None
    plausible_min: float | None = None
    plausible_max: float | None = None
    valeurs: tuple[str, ...] = ()
    somme_de: tuple[str, ...] = ()
    ecart: float | None = None

    @property
    def place(self) -> Place:
        return self.feuille, self.cellule

    @property
    def termes(self) -> list[Place]:
        return [(self.feuille, cellule) for cellule in self.somme_de]

    def en_donnees(self) -> dict[str, Any]:
        donnees = {nom: getattr(self, nom) for nom in self.__dataclass_fields__}
        return donnees | {"sorte": self.sorte.value, "valeurs": list(self.valeurs), "somme_de": list(self.somme_de)}

    @classmethod
    def de_donnees(cls, donnees: dict[str, Any]) -> "Controle":
        return cls(
            **donnees
            | {
                "sorte": Sorte(donnees["sorte"]),
                "valeurs": tuple(donnees["valeurs"]),
                "somme_de": tuple(donnees["somme_de"]),
            }
        )


class Faute(Exception):
    """Ce qui ne va pas dans ce qu'un modèle dit d'une cellule."""


def places_a_lire(controles: Iterable[Controle]) -> list[Place]:
    """Les cellules dont le contrôle a besoin, termes des sommes compris."""
    places: dict[Place, None] = {}
    for controle in controles:
        places[controle.place] = None
        places.update(dict.fromkeys(controle.termes))
    return list(places)


def comprendre(releve: Releve, lignes: list[list[Cellule]]) -> tuple[list[Controle], list[str]]:
    """Les contrôles que dit la feuille « contrôles », lue en entier, et toutes ses fautes, en phrases."""
    if not lignes:
        return [], [f"La feuille « {FEUILLE} » est vide."]
    en_tetes = {COLONNES.get(simplifier(_texte(cellule))): rang for rang, cellule in enumerate(lignes[0])}
    manquantes = [colonne for colonne in EXIGEES if colonne not in en_tetes]
    if manquantes:
        return [], [f"La feuille « {FEUILLE} » n'a pas de colonne « {colonne} »." for colonne in manquantes]
    controles: list[Controle] = []
    fautes: list[str] = []
    for numero, ligne in enumerate(lignes[1:], start=2):
        champs = {nom: ligne[rang] for nom, rang in en_tetes.items() if nom and rang < len(ligne)}
        if all(cellule.genre is Genre.VIDE for cellule in champs.values()):
            continue
        try:
            controles.append(composer(champs, releve.feuilles, controles))
        except Faute as faute:
            fautes.append(f"Feuille « {FEUILLE} », ligne {numero} : {faute}")
    if not controles and not fautes:
        fautes.append(f"La feuille « {FEUILLE} » ne décrit aucune cellule.")
    return controles, fautes


def composer(champs: dict[str, Cellule], feuilles: Iterable[str], deja: list[Controle]) -> Controle:
    """Le contrôle que disent ces champs, nommés comme dans `COLONNES`, après ceux de `deja`. Lève `Faute`."""
    feuille = _feuille(champs, {simplifier(nom): nom for nom in feuilles})
    sorte = _sorte(champs)
    controle = Controle(
        code=_code(champs, deja),
        feuille=feuille,
        cellule=_cellule(champs, feuille, deja),
        libelle=_exige(champs, "libelle", "le libellé manque"),
        sorte=sorte,
        obligatoire=_oui(champs),
        minimum=_borne(champs, "minimum", sorte),
        maximum=_borne(champs, "maximum", sorte),
        plausible_min=_borne(champs, "plausible_min", sorte),
        plausible_max=_borne(champs, "plausible_max", sorte),
        valeurs=_valeurs(champs, sorte),
        somme_de=_somme(champs, sorte),
        ecart=_borne(champs, "ecart", Sorte.NOMBRE),
    )
    _verifier_les_bornes(controle)
    return controle


def _code(champs: dict[str, Cellule], deja: list[Controle]) -> str:
    code = _exige(champs, "code", "le code manque")
    if len(code) > 60:  # noqa: PLR2004 -- la colonne qui le garde
        raise Faute(f"le code « {code[:20]}… » dépasse 60 caractères.")
    if any(controle.code == code for controle in deja):
        raise Faute(f"le code « {code} » est déjà pris plus haut.")
    return code


def _feuille(champs: dict[str, Cellule], feuilles: dict[str, str]) -> str:
    nom = _exige(champs, "feuille", "la feuille manque")
    if simplifier(nom) not in feuilles:
        raise Faute(f"le classeur n'a pas de feuille « {nom} ».")
    return feuilles[simplifier(nom)]


def _cellule(champs: dict[str, Cellule], feuille: str, deja: list[Controle]) -> str:
    adresse = _exige(champs, "cellule", "la cellule manque")
    try:
        cellule = normaliser(adresse)
    except ValueError:
        raise Faute(f"« {adresse} » n'est pas une cellule, comme C12.") from None
    if any(controle.place == (feuille, cellule) for controle in deja):
        raise Faute(f"la cellule {cellule} de « {feuille} » est déjà décrite plus haut.")
    return cellule


def _sorte(champs: dict[str, Cellule]) -> Sorte:
    dite = _exige(champs, "sorte", "la sorte manque")
    connues = {simplifier(sorte.value): sorte for sorte in Sorte} | SYNONYMES
    if simplifier(dite) not in connues:
        raise Faute(f"la sorte « {dite} » n'est pas connue ; ce peut être {', '.join(Sorte)}.")
    return connues[simplifier(dite)]


def _oui(champs: dict[str, Cellule]) -> bool:
    dit = simplifier(_texte(champs.get("obligatoire")))
    if dit not in {"", "oui", "non", "x"}:
        raise Faute(f"« obligatoire » se dit oui ou non, pas « {dit} ».")
    return dit in {"oui", "x"}


def _borne(champs: dict[str, Cellule], nom: str, sorte: Sorte) -> float | None:
    cellule = champs.get(nom)
    if cellule is None or cellule.genre is Genre.VIDE:
        return None
    if sorte is Sorte.DATE and isinstance(cellule.valeur, date):
        return float(cellule.valeur.toordinal())
    if sorte in NUMERIQUES and cellule.genre is Genre.NOMBRE and isinstance(cellule.valeur, float):
        return cellule.valeur
    if (
        sorte is Sorte.TEXTE
        and cellule.genre is Genre.NOMBRE
        and nom == "maximum"
        and isinstance(cellule.valeur, float)
    ):
        return cellule.valeur
    raise Faute(f"la borne « {_texte(cellule)} » ne convient pas à la sorte « {sorte} ».")


def _valeurs(champs: dict[str, Cellule], sorte: Sorte) -> tuple[str, ...]:
    valeurs = tuple(valeur.strip() for valeur in _texte(champs.get("valeurs")).split(";") if valeur.strip())
    if sorte is Sorte.LISTE and not valeurs:
        raise Faute("une liste dit ses valeurs, séparées par des points-virgules.")
    return valeurs


def _somme(champs: dict[str, Cellule], sorte: Sorte) -> tuple[str, ...]:
    plage = _texte(champs.get("somme_de"))
    if sorte is not Sorte.SOMME:
        return ()
    try:
        return tuple(etendre(plage))
    except ValueError:
        raise Faute("une somme dit les cellules qu'elle additionne, comme C5:C9.") from None


def _verifier_les_bornes(controle: Controle) -> None:
    for bas, haut in ((controle.minimum, controle.maximum), (controle.plausible_min, controle.plausible_max)):
        if bas is not None and haut is not None and bas > haut:
            raise Faute("la borne basse dépasse la borne haute.")
    if controle.ecart is not None and controle.ecart <= 0:
        raise Faute("l'écart est un pourcentage plus grand que zéro.")


def _exige(champs: dict[str, Cellule], nom: str, phrase: str) -> str:
    texte = _texte(champs.get(nom))
    if not texte:
        raise Faute(f"{phrase}.")
    return texte


def _texte(cellule: Cellule | None) -> str:
    if cellule is None or cellule.valeur is None:
        return ""
    if isinstance(cellule.valeur, float) and cellule.valeur.is_integer():
        return str(int(cellule.valeur))
    return str(cellule.valeur).strip()
