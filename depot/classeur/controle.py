"""Un classeur rempli face aux contrôles de son modèle : erreurs, avertissements, valeurs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from depot.classeur.cellules import VIDE, Cellule, Genre, Releve, simplifier
from depot.classeur.modele import Controle, Sorte

TEXTE_MAX = 2_000
TOLERANCE = 0.01
MONTRE_MAX = 40
ATTENDUS = {
    Sorte.ENTIER: "un nombre entier est attendu",
    Sorte.NOMBRE: "un nombre est attendu",
    Sorte.MONTANT: "un montant en euros est attendu",
    Sorte.SOMME: "un total est attendu",
    Sorte.DATE: "une date, comme 31/12/2026, est attendue",
}
NON_CALCULEE = (
    "le résultat de la formule manque. Ouvrez le classeur dans Excel ou LibreOffice, enregistrez-le, puis redéposez-le"
)

Valeur = float | str | date


@dataclass(frozen=True)
class Erreur:
    """Ce qui est à corriger. `cellule` est vide si c'est toute la feuille."""

    feuille: str
    cellule: str
    phrase: str

    def __str__(self) -> str:
        lieu = f"Feuille « {self.feuille} »" + (f", cellule {self.cellule}" if self.cellule else "")
        return f"{lieu} : {self.phrase}"


def resumer(erreurs: Sequence[Erreur], longueur: int) -> str:
    """Ce qui est à corriger, en `longueur` caractères au plus ; ce qui n'y tient pas est compté."""
    dites, place = [], longueur - len(" Et 10000 autres.")
    for erreur in erreurs:
        place -= len(str(erreur)) + 1
        if place < 0:
            break
        dites.append(str(erreur))
    reste = len(erreurs) - len(dites)
    return " ".join([*dites, *([f"Et {reste} autre{'s' if reste > 1 else ''}."] if reste else [])])


@dataclass(frozen=True)
class Avertissement:
    """Une valeur inhabituelle, que la personne confirme en disant pourquoi. `code` est celui du contrôle."""

    code: str
    libelle: str
    phrase: str


@dataclass
class Bilan:
    erreurs: list[Erreur] = field(default_factory=list)
    avertissements: list[Avertissement] = field(default_factory=list)
    valeurs: dict[str, Valeur] = field(default_factory=dict)

    @property
    def nombres(self) -> dict[str, float]:
        return {code: valeur for code, valeur in self.valeurs.items() if isinstance(valeur, float)}


def controler(controles: Iterable[Controle], releve: Releve) -> Bilan:
    """Confronte chaque cellule attendue à ce qui a été lu ; une feuille absente ne se dit qu'une fois."""
    bilan, absentes = Bilan(), set[str]()
    presentes = {simplifier(nom): nom for nom in releve.feuilles}
    for controle in controles:
        if simplifier(controle.feuille) not in presentes:
            if controle.feuille not in absentes:
                absentes.add(controle.feuille)
                phrase = "elle manque dans ce classeur. Repartez du modèle de la campagne"
                bilan.erreurs.append(Erreur(controle.feuille, "", f"{phrase}."))
            continue
        _controler_la_cellule(controle, releve, bilan)
    return bilan


def _controler_la_cellule(controle: Controle, releve: Releve, bilan: Bilan) -> None:
    cellule = releve.cellules.get(controle.place, VIDE)
    if cellule.genre is Genre.VIDE:
        if controle.obligatoire:
            _refuser(bilan, controle, f"« {controle.libelle} » n'est pas rempli")
        return
    valeur, faute = _lire(controle, cellule)
    if valeur is None:
        _refuser(bilan, controle, faute)
        return
    faute = _hors_bornes(controle, valeur) or _total_faux(controle, valeur, releve)
    if faute:
        _refuser(bilan, controle, faute)
        return
    bilan.valeurs[controle.code] = valeur
    if inhabituel := _inhabituel(controle, valeur):
        bilan.avertissements.append(Avertissement(controle.code, controle.libelle, inhabituel))


def _refuser(bilan: Bilan, controle: Controle, phrase: str) -> None:
    bilan.erreurs.append(Erreur(controle.feuille, controle.cellule, f"{phrase}."))


def _lire(controle: Controle, cellule: Cellule) -> tuple[Valeur | None, str]:
    """La valeur, ou la phrase qui dit pourquoi elle ne convient pas."""
    if cellule.genre is Genre.NON_CALCULEE:
        return None, NON_CALCULEE
    if controle.sorte is Sorte.TEXTE:
        return _texte(controle, cellule)
    if controle.sorte is Sorte.LISTE:
        return _choix(controle, cellule)
    valeur = _date(cellule) if controle.sorte is Sorte.DATE else _nombre(controle.sorte, cellule)
    return valeur, "" if valeur is not None else f"{ATTENDUS[controle.sorte]}, « {montrer(cellule.valeur)} » trouvé"


def _nombre(sorte: Sorte, cellule: Cellule) -> float | None:
    """Un nombre écrit comme du texte (« 1 234,5 ») en est un : Excel le fait souvent sans qu'on le veuille."""
    valeur = cellule.valeur
    if isinstance(valeur, str):
        compact = re.sub(r"\s", "", valeur).replace(",", ".")
        if sorte is Sorte.MONTANT:
            compact = compact.removesuffix("€")
        valeur = float(compact) if re.fullmatch(r"-?\d{1,15}(\.\d{1,10})?", compact) else None
    if not isinstance(valeur, float) or (sorte is Sorte.ENTIER and not valeur.is_integer()):
        return None
    return valeur if abs(valeur) < 1e15 else None  # noqa: PLR2004 -- au-delà, un classeur ne compte plus juste


def _date(cellule: Cellule) -> date | None:
    if cellule.genre is Genre.DATE and isinstance(cellule.valeur, date):
        return cellule.valeur
    if isinstance(cellule.valeur, str):
        for forme in ("%d/%m/%Y", "%Y-%m-%d"):
            try:
                return datetime.strptime(cellule.valeur.strip(), forme).date()  # noqa: DTZ007 -- un jour, sans heure
            except ValueError:
                continue
    return None


def _texte(controle: Controle, cellule: Cellule) -> tuple[str | None, str]:
    texte = montrer(cellule.valeur, TEXTE_MAX + 1)
    longueur = int(controle.maximum or TEXTE_MAX)
    if len(texte) > longueur:
        return None, f"le texte dépasse {longueur} caractères : raccourcissez-le"
    return texte, ""


def _choix(controle: Controle, cellule: Cellule) -> tuple[str | None, str]:
    dit = montrer(cellule.valeur)
    for valeur in controle.valeurs:
        if simplifier(valeur) == simplifier(dit):
            return valeur, ""
    return None, f"« {dit} » n'est pas dans la liste : {', '.join(controle.valeurs)}"


def _hors_bornes(controle: Controle, valeur: Valeur) -> str:
    mesure = _mesurer(valeur)
    if mesure is None or controle.sorte is Sorte.TEXTE:
        return ""
    if controle.minimum is not None and mesure < controle.minimum:
        return f"{_borne(controle, controle.minimum)} au moins est attendu, « {montrer(valeur)} » trouvé"
    if controle.maximum is not None and mesure > controle.maximum:
        return f"{_borne(controle, controle.maximum)} au plus est attendu, « {montrer(valeur)} » trouvé"
    return ""


def _inhabituel(controle: Controle, valeur: Valeur) -> str:
    mesure = _mesurer(valeur)
    if mesure is None:
        return ""
    if controle.plausible_min is not None and mesure < controle.plausible_min:
        return f"{montrer(valeur)}, c'est moins que d'habitude ({_borne(controle, controle.plausible_min)} au moins)"
    if controle.plausible_max is not None and mesure > controle.plausible_max:
        return f"{montrer(valeur)}, c'est plus que d'habitude ({_borne(controle, controle.plausible_max)} au plus)"
    return ""


def _total_faux(controle: Controle, valeur: Valeur, releve: Releve) -> str:
    """Un terme illisible a sa propre erreur : le total n'est alors pas jugé."""
    if controle.sorte is not Sorte.SOMME or not isinstance(valeur, float):
        return ""
    termes = [releve.cellules.get(place, VIDE) for place in controle.termes]
    nombres = [0.0 if terme.genre is Genre.VIDE else _nombre(Sorte.NOMBRE, terme) for terme in termes]
    connus = [nombre for nombre in nombres if nombre is not None]
    if len(connus) < len(nombres) or abs(sum(connus) - valeur) <= TOLERANCE:
        return ""
    plage = f"{controle.somme_de[0]} à {controle.somme_de[-1]}"
    return f"le total devrait être {montrer(sum(connus))} (somme de {plage}), « {montrer(valeur)} » trouvé"


def _mesurer(valeur: Valeur) -> float | None:
    if isinstance(valeur, date):
        return float(valeur.toordinal())
    return valeur if isinstance(valeur, float) else None


def _borne(controle: Controle, borne: float) -> str:
    return montrer(date.fromordinal(int(borne)) if controle.sorte is Sorte.DATE else borne)


def montrer(valeur: Valeur | bool | None, longueur: int = MONTRE_MAX) -> str:
    """La valeur comme on l'écrit en français : « 1 234,5 », « 31/12/2026 », « env. 40 »."""
    if isinstance(valeur, bool):
        return "VRAI" if valeur else "FAUX"
    if isinstance(valeur, int | float):
        entiere = float(valeur).is_integer()
        ecrit = f"{valeur:,.0f}" if entiere else f"{round(valeur, 2):,.2f}".rstrip("0")
        return ecrit.replace(",", "\u00a0").replace(".", ",").replace("-", "\u2212")
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    texte = " ".join(str(valeur or "").split())
    return texte if len(texte) <= longueur else f"{texte[:longueur]}…"
