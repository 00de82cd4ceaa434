"""Graphiques dessinés sur le serveur, en SVG : sans script, lisibles dans les deux thèmes, dits à qui ne voit pas."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import floor, log10
from typing import Any

from django import template
from django.utils.formats import number_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

Valeur = int | float | None
Serie = tuple[str, Sequence[Valeur]]

# Unités du dessin, qui valent des pixels à la largeur d'un écran.
GAUCHE, DROITE, HAUT, BAS = 52, 16, 26, 48
LARGEUR, HAUTEUR = 720, 220
PAS_MIN, BARRE_MAX = 46, 56
RANGEE, EPAISSEUR, NOMS = 40, 24, 230
# Largeur moyenne d'une lettre.
LETTRE = 7
# En dessous, le nombre ne tient pas dans sa part de barre.
PART_LISIBLE = 16
GRADUATIONS = 4


@dataclass(frozen=True)
class Trait:
    x1: str
    y1: str
    x2: str
    y2: str


@dataclass(frozen=True)
class Mot:
    x: str
    y: str
    texte: str
    classe: str = ""


@dataclass(frozen=True)
class Part:
    """Une part de barre, ou un point de courbe (largeur et hauteur vides)."""

    serie: int
    x: str
    y: str
    infobulle: str
    largeur: str = ""
    hauteur: str = ""

    @property
    def en_svg(self) -> SafeString:
        if self.largeur:
            barre = '<rect class="serie-{}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>'
            return format_html(barre, self.serie, self.x, self.y, self.largeur, self.hauteur, self.infobulle)
        point = '<circle class="serie-{}" cx="{}" cy="{}" r="4.5"><title>{}</title></circle>'
        return format_html(point, self.serie, self.x, self.y, self.infobulle)


@dataclass
class Dessin:
    largeur: int
    hauteur: int
    traits: list[Trait] = field(default_factory=list)
    mots: list[Mot] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    courbes: list[tuple[int, str]] = field(default_factory=list)

    @property
    def en_svg(self) -> SafeString:
        """Écrit d'un seul tenant : une balise par tour de boucle coûtait au gabarit trois fois plus."""
        return SafeString(
            format_html_join(
                "",
                '<line x1="{}" y1="{}" x2="{}" y2="{}"></line>',
                ((trait.x1, trait.y1, trait.x2, trait.y2) for trait in self.traits),
            )
            + format_html_join("", '<path class="trace-{}" d="{}"></path>', self.courbes)
            + format_html_join("\n", "{}", ((part.en_svg,) for part in self.parts))
            + format_html_join(
                "",
                '<text class="{}" x="{}" y="{}">{}</text>',
                ((mot.classe, mot.x, mot.y, mot.texte) for mot in self.mots),
            )
        )


@register.inclusion_tag("composants/graphique.html")
def graphique(  # noqa: PLR0913 — chacun se nomme dans le gabarit
    forme: str,
    *,
    nom: str,
    titre: str,
    description: str,
    etiquettes: Sequence[str],
    series: Sequence[Serie],
    teintes: str = "",
) -> dict[str, Any]:
    """Un graphique : `forme` vaut « barres » (empilées s'il y a plusieurs séries), « couchees » ou « courbe ».

    `nom` le distingue des autres de la page. Chaque série est (nom, valeurs), une valeur par étiquette ; None n'est pas
    dessiné. Le tableau des mêmes valeurs se pose sous le graphique, par la page. `teintes` vaut « decision » quand la
    première série est favorable et la seconde défavorable.
    """
    dessin = {"barres": _barres, "couchees": _couchees, "courbe": _courbe}[forme](etiquettes, series)
    return {
        "nom": nom,
        "titre": titre,
        "description": description,
        "dessin": dessin,
        "forme": forme,
        "teintes": teintes,
        "legende": [serie for serie, _ in series] if len(series) > 1 else [],
    }


def _barres(etiquettes: Sequence[str], series: Sequence[Serie]) -> Dessin:
    pas = max(PAS_MIN, (LARGEUR - GAUCHE - DROITE) / max(len(etiquettes), 1))
    largeur, dessin, echelle = min(pas * 0.7, BARRE_MAX), _feuille(etiquettes, pas), _echelle(_totaux(series))
    _graduer(dessin, echelle)
    for rang, etiquette in enumerate(etiquettes):
        centre, cumul = GAUCHE + pas * (rang + 0.5), 0.0
        for numero, (nom, valeurs) in enumerate(series, start=1):
            if not (valeur := valeurs[rang]):
                continue
            haut, hauteur = _y(cumul + valeur, echelle), _y(cumul, echelle) - _y(cumul + valeur, echelle)
            cumul += valeur
            dessin.parts.append(
                Part(
                    numero,
                    _n(centre - largeur / 2),
                    _n(haut),
                    f"{etiquette}, {nom.lower()} : {nombre(valeur)}",
                    _n(largeur),
                    _n(hauteur),
                )
            )
            if len(series) > 1 and hauteur >= PART_LISIBLE:
                dessin.mots.append(Mot(_n(centre), _n(haut + hauteur / 2 + 4), nombre(valeur), "dedans"))
        if cumul:
            dessin.mots.append(Mot(_n(centre), _n(_y(cumul, echelle) - 6), nombre(cumul), "valeur"))
        _etiqueter(dessin, centre, pas, etiquette)
    return dessin


def _courbe(etiquettes: Sequence[str], series: Sequence[Serie]) -> Dessin:
    pas = max(PAS_MIN, (LARGEUR - GAUCHE - DROITE) / max(len(etiquettes), 1))
    dessin = _feuille(etiquettes, pas)
    echelle = _echelle([valeur for _, valeurs in series for valeur in valeurs if valeur is not None])
    _graduer(dessin, echelle)
    for rang, etiquette in enumerate(etiquettes):
        _etiqueter(dessin, GAUCHE + pas * (rang + 0.5), pas, etiquette)
    for numero, (nom, valeurs) in enumerate(series, start=1):
        chemin, leve = "", True
        for rang, valeur in enumerate(valeurs):
            if valeur is None:
                leve = True
                continue
            x, y = GAUCHE + pas * (rang + 0.5), _y(valeur, echelle)
            chemin += f"{'M' if leve else 'L'}{_n(x)} {_n(y)}"
            leve = False
            infobulle = f"{etiquettes[rang]}, {nom.lower()} : {nombre(valeur)}"
            dessin.parts.append(Part(numero, _n(x), _n(y), infobulle))
            dessin.mots.append(Mot(_n(x), _n(y - 10), nombre(valeur), "valeur"))
        if chemin:
            dessin.courbes.append((numero, chemin))
    return dessin


def _couchees(etiquettes: Sequence[str], series: Sequence[Serie]) -> Dessin:
    """Une rangée par étiquette : pour des noms trop longs pour tenir sous une barre."""
    totaux = _totaux(series)
    place, maximum = LARGEUR - NOMS - DROITE - 48, max(totaux, default=0) or 1
    dessin = Dessin(LARGEUR, RANGEE * len(etiquettes) + 8)
    for rang, etiquette in enumerate(etiquettes):
        haut, cumul = RANGEE * rang + (RANGEE - EPAISSEUR) / 2 + 4, 0.0
        milieu = _n(haut + EPAISSEUR / 2 + 5)
        dessin.mots.append(Mot(str(NOMS - 10), milieu, _abrege(etiquette), "nom"))
        for numero, (nom, valeurs) in enumerate(series, start=1):
            if not (valeur := valeurs[rang]):
                continue
            x, largeur = NOMS + place * cumul / maximum, place * valeur / maximum
            cumul += valeur
            infobulle = f"{etiquette}, {nom.lower()} : {nombre(valeur)}"
            dessin.parts.append(Part(numero, _n(x), _n(haut), infobulle, _n(largeur), str(EPAISSEUR)))
            if len(series) > 1 and largeur >= PART_LISIBLE * len(nombre(valeur)) * 0.75:
                dessin.mots.append(Mot(_n(x + largeur / 2), milieu, nombre(valeur), "dedans"))
        dessin.mots.append(Mot(_n(NOMS + place * cumul / maximum + 8), milieu, nombre(cumul), "apres"))
    return dessin


def _feuille(etiquettes: Sequence[str], pas: float) -> Dessin:
    return Dessin(round(GAUCHE + DROITE + pas * max(len(etiquettes), 1)), HAUT + HAUTEUR + BAS)


def _etiqueter(dessin: Dessin, centre: float, pas: float, etiquette: str) -> None:
    """Sous l'axe ; sur deux lignes quand l'étiquette est plus large que sa place (« déc. », puis « 2025 »)."""
    debut, _, fin = etiquette.rpartition(" ")
    lignes = [debut, fin] if debut and len(etiquette) * LETTRE > pas else [etiquette]
    for rang, ligne in enumerate(lignes):
        dessin.mots.append(Mot(_n(centre), str(HAUT + HAUTEUR + 18 + 16 * rang), ligne))


def _graduer(dessin: Dessin, echelle: float) -> None:
    for rang in range(GRADUATIONS + 1):
        valeur = echelle * rang / GRADUATIONS
        y = _y(valeur, echelle)
        dessin.traits.append(Trait(str(GAUCHE), _n(y), str(dessin.largeur - DROITE), _n(y)))
        dessin.mots.append(Mot(str(GAUCHE - 8), _n(y + 4), nombre(valeur), "graduation"))


def _totaux(series: Sequence[Serie]) -> list[float]:
    return [sum(valeur or 0 for valeur in rangee) for rangee in zip(*(valeurs for _, valeurs in series), strict=True)]


def _echelle(valeurs: Sequence[float]) -> float:
    """Le plus petit haut d'échelle rond qui contient tout, et se partage en quatre nombres ronds."""
    maximum = max(valeurs, default=0)
    if maximum <= GRADUATIONS:
        return GRADUATIONS
    unite = 10 ** floor(log10(maximum / GRADUATIONS))
    pas = next(pas for pas in (1, 2, 3, 5, 10) if pas * unite * GRADUATIONS >= maximum)
    return float(pas * unite * GRADUATIONS)


def _y(valeur: float, echelle: float) -> float:
    return HAUT + HAUTEUR * (1 - valeur / echelle)


def _abrege(texte: str, longueur: int = 28) -> str:
    return texte if len(texte) <= longueur else f"{texte[: longueur - 1].rstrip()}…"


def _n(valeur: float) -> str:
    """Une coordonnée : le point décimal, quelle que soit la langue de la page."""
    return f"{valeur:.1f}"


def nombre(valeur: float) -> str:
    """« 1 204 », « 2,5 » : au plus une décimale."""
    return number_format(valeur, 0 if float(valeur).is_integer() else 1, use_l10n=True, force_grouping=True)
