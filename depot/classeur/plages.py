"""Les plages nommées d'un modèle qui n'a pas de feuille « contrôles ».

« entier.file_active.total » nomme une cellule attendue, dit sa sorte et son code. D'autres noms, du même code,
désignent les cellules où se lit le reste : « minimum.file_active.total », « somme_de.file_active.total »…
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from depot.classeur.cellules import VIDE, Cellule, Genre, Place, Releve, etendre, nommer, position
from depot.classeur.controle import montrer
from depot.classeur.modele import CONTROLES_MAX, Controle, Faute, Sorte, composer

SORTES = {"entier" if sorte is Sorte.ENTIER else sorte.value: sorte for sorte in Sorte}
BORNES = ("minimum", "maximum", "plausible_min", "plausible_max", "ecart")
DETAILS = frozenset({"libelle", "facultatif", "valeurs", "somme_de", *BORNES})
COLONNES_DU_LIBELLE = 10
REFERENCE = re.compile(r"(?:'((?:[^']|'')+)'|([^'!]+))!(\$?[A-Z]{1,3}\$?\d+(?::\$?[A-Z]{1,3}\$?\d+)?)")


@dataclass(frozen=True)
class Plage:
    feuille: str
    adresse: str

    @property
    def places(self) -> list[Place]:
        return [(self.feuille, cellule) for cellule in etendre(self.adresse)]


@dataclass
class Attendue:
    """Une cellule nommée, et les plages qui en disent davantage."""

    nom: str
    code: str
    sorte: Sorte
    plage: Plage
    details: dict[str, Plage] = field(default_factory=dict)

    @property
    def a_gauche(self) -> list[Place]:
        """Les cellules de sa ligne avant elle, la plus proche d'abord : son libellé y est d'ordinaire."""
        ligne, colonne = position(self.plage.places[0][1])
        avant = range(max(colonne - COLONNES_DU_LIBELLE, 0), colonne)
        return [(self.plage.feuille, nommer(ligne, rang)) for rang in reversed(avant)]


def trouver(releve: Releve) -> tuple[list[Attendue], list[str]]:
    """Les cellules que nomment les plages d'un modèle, dans l'ordre des feuilles, et les noms fautifs, en phrases."""
    attendues: dict[str, Attendue] = {}
    details: list[tuple[str, str, str, Plage]] = []
    fautes: list[str] = []
    for nom, designe in sorted(releve.noms.items()):
        prefixe, _, code = nom.partition(".")
        prefixe = prefixe.lower()
        if not code or prefixe not in SORTES.keys() | DETAILS:
            continue
        plage = _plage(designe)
        if plage is None:
            fautes.append(f"Nom « {nom} » : « {designe[:80]} » n'est pas une plage de cellules du classeur.")
        elif prefixe in DETAILS:
            details.append((nom, prefixe, code, plage))
        elif code in attendues:
            fautes.append(f"Nom « {nom} » : le code « {code} » est déjà celui de « {attendues[code].nom} ».")
        elif len(plage.places) > 1:
            fautes.append(f"Nom « {nom} » : une seule cellule est attendue, pas {plage.adresse.replace('$', '')}.")
        else:
            attendues[code] = Attendue(nom, code, SORTES[prefixe], plage)
    for nom, prefixe, code, plage in details:
        if code in attendues:
            attendues[code].details[prefixe] = plage
        else:
            fautes.append(f"Nom « {nom} » : aucune cellule n'a le code « {code} » (comme « entier.{code} »).")
    if len(attendues) > CONTROLES_MAX:
        fautes.append(f"Un modèle nomme {CONTROLES_MAX} cellules au plus ; celui-ci en nomme {len(attendues)}.")
    return _dans_l_ordre(attendues.values(), releve.feuilles), fautes


def places_a_lire(attendues: Iterable[Attendue]) -> list[Place]:
    """Les cellules où se lisent libellés, bornes et valeurs."""
    places: dict[Place, None] = {}
    for attendue in attendues:
        places.update(dict.fromkeys(attendue.a_gauche))
        for plage in attendue.details.values():
            places.update(dict.fromkeys(plage.places))
    return list(places)


def comprendre(attendues: Sequence[Attendue], releve: Releve) -> tuple[list[Controle], list[str]]:
    """Les contrôles de ces cellules, d'après ce qui a été lu autour d'elles, et toutes les fautes, en phrases."""
    controles: list[Controle] = []
    fautes: list[str] = []
    for attendue in attendues:
        try:
            controles.append(composer(_champs(attendue, releve), releve.feuilles, controles))
        except Faute as faute:
            fautes.append(f"Nom « {attendue.nom} » : {faute}")
    return controles, fautes


def _champs(attendue: Attendue, releve: Releve) -> dict[str, Cellule]:
    """Ce que dirait d'elle une ligne de la feuille « contrôles »."""

    def lues(detail: str) -> list[Cellule]:
        plage = attendue.details.get(detail)
        return [releve.cellules.get(place, VIDE) for place in plage.places] if plage else []

    somme = attendue.details.get("somme_de")
    if somme and somme.feuille != attendue.plage.feuille:
        raise Faute("une somme additionne des cellules de sa propre feuille.")
    libelles = lues("libelle") or [releve.cellules.get(place, VIDE) for place in attendue.a_gauche]
    libelle = next((lue for lue in libelles if lue.genre is Genre.TEXTE), VIDE)
    textes = {
        "code": attendue.code,
        "feuille": attendue.plage.feuille,
        "cellule": attendue.plage.adresse,
        "sorte": attendue.sorte.value,
        "obligatoire": "non" if "facultatif" in attendue.details else "oui",
        "valeurs": ";".join(montrer(lue.valeur) for lue in lues("valeurs") if lue.genre is not Genre.VIDE),
        "somme_de": somme.adresse if somme else "",
    }
    bornes = {borne: lues(borne)[0] for borne in BORNES if borne in attendue.details}
    return {nom: Cellule(Genre.TEXTE, texte) for nom, texte in textes.items()} | {"libelle": libelle} | bornes


def _plage(designe: str) -> Plage | None:
    lue = REFERENCE.fullmatch(designe.strip())
    if not lue:
        return None
    plage = Plage(lue[1].replace("''", "'") if lue[1] else lue[2], lue[3])
    try:
        return plage if plage.places else None
    except ValueError:
        return None


def _dans_l_ordre(attendues: Iterable[Attendue], feuilles: Sequence[str]) -> list[Attendue]:
    rangs = {nom: rang for rang, nom in enumerate(feuilles)}
    return sorted(
        attendues,
        key=lambda une: (rangs.get(une.plage.feuille, len(rangs)), position(une.plage.places[0][1])),
    )
