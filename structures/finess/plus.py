"""Lire FINESS+ : des entités juridiques (`pmej`), chacune avec ses établissements (`ege`), au fil de l'eau.

Le schéma publié et les fichiers réels diffèrent : un code y est tantôt une chaîne, tantôt {"code": …}.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import IO, Any

import ijson

from structures import adresses
from structures.finess.etablissement import ILES, Etablissement, Lue, date_plausible, une_ligne
from structures.finess.lecture import FichierRefuse
from structures.finess.numeros import est_bien_forme

# À changer quand la lecture change : l'import suivant récrit alors toutes les lignes.
_VERSION = "plus-1"
# L'adresse de l'établissement, quelle que soit sa place dans la liste.
_USAGE_DE_L_ETABLISSEMENT = "03"
_FERME = "I"
_TELEPHONE = re.compile(r"(?:\+33|0033|0)\s*[1-9](?:[\s.\-]*\d{2}){4}")
_HORS_METROPOLE = ("97", "98")
# Latitudes puis longitudes entre lesquelles se tient chaque territoire.
_METROPOLE = (41.0, 51.6, -5.6, 9.9)
_TERRITOIRES = {
    "971": (15.7, 16.7, -61.9, -60.9), "972": (14.3, 15.0, -61.3, -60.7), "973": (2.0, 6.0, -54.7, -51.5),
    "974": (-21.5, -20.8, 55.1, 55.9), "975": (46.6, 47.2, -56.6, -56.0), "976": (-13.1, -12.5, 44.9, 45.4),
    "977": (17.8, 18.0, -63.0, -62.7), "978": (18.0, 18.2, -63.2, -62.9), "986": (-14.5, -13.1, -178.3, -176.0),
    "987": (-28.0, -7.0, -155.0, -134.0), "988": (-23.0, -19.0, 163.0, 169.0),
}  # fmt: skip
# Premier code postal de la Haute-Corse : le code postal ne dit que « 20 ».
_HAUTE_CORSE = "20200"


@dataclass(frozen=True, slots=True)
class FichePlus:
    numero: str
    lu: Etablissement
    ferme: bool
    fermee_le: date | None
    complete: bool
    # FINESS+ ne donne que des codes : le libellé vient de la nomenclature.
    libelle_categorie: str = ""
    agregat: str = ""

    @property
    def departement(self) -> str:
        return self.lu.departement

    @property
    def categorie(self) -> str:
        return self.lu.categorie

    def empreinte(self) -> str:
        contenu = ";".join((_VERSION, *(str(valeur) for valeur in self.lu)))
        return hashlib.blake2b(contenu.encode(), digest_size=16).hexdigest()

    def etablissement(self) -> Etablissement:
        return self.lu


def lire(octets: IO[bytes]) -> Iterator[Lue]:
    """Les établissements, dans l'ordre. Lève `FichierRefuse` si ce n'est pas du JSON entier, ou pas FINESS+."""
    rang = 0
    try:
        for entite in ijson.items(octets, "pmej.item"):
            informations = _informations(entite, "informationsGeneralesPMEJ", "informationsGeneralesPmej")
            for etablissement in _objets(entite, "ege"):
                rang += 1
                yield _lue(rang, etablissement, informations)
    except (ijson.JSONError, UnicodeDecodeError) as erreur:
        raise FichierRefuse(
            f"Après {rang} établissements, le fichier s'arrête ou n'est plus du JSON en UTF-8 : "
            "téléchargez-le de nouveau."
        ) from erreur
    if not rang:
        raise FichierRefuse("Ce fichier JSON n'est pas un extrait FINESS+ : sa liste « pmej » manque ou est vide.")


def _lue(rang: int, brut: dict[str, Any], entite: dict[str, Any]) -> Lue:
    informations = _informations(brut, "informationsGeneralesEGE")
    numero, numero_entite = _code(informations.get("numFinessEge")), _code(entite.get("numFinessPm"))
    nom = une_ligne(_code(informations.get("nomEgeCourt")) or _code(informations.get("nomEgeLong")), 200)
    categorie = _code(brut.get("categorieentiteGeographiqueExercice")) or _code(
        brut.get("categorieEntiteGeographiqueExercice")
    )
    ferme = _code(brut.get("etatObjet")) == _FERME
    adresse = next(
        (a for a in _objets(brut, "adresse") if _code(a.get("usageAdresse")) == _USAGE_DE_L_ETABLISSEMENT), {}
    )
    departement = _departement(adresse)
    position = _position(adresse, departement)
    code_postal, commune = adresses.acheminement(_acheminement(adresse))
    lu = Etablissement(
        nom=nom,
        nom_long=une_ligne(_code(informations.get("nomEgeLong")), 200),
        adresse=_voie(adresse),
        code_postal=code_postal,
        commune=commune[:80],
        departement=departement,
        telephone=_telephone(brut),
        categorie=categorie,
        siret=(_code(informations.get("siret")) or _code(brut.get("siret")))[:14],
        ouverte_le=date_plausible(_code(informations.get("dateOuverture"))),
        entite=numero_entite,
        entite_nom=une_ligne(
            _code(entite.get("denominationPm")) or _code(entite.get("denominationLonguePmSmsse")), 200
        ),
        latitude=position[0] if position else None,
        longitude=position[1] if position else None,
    )
    fiche = FichePlus(
        numero=numero,
        lu=lu,
        ferme=ferme,
        fermee_le=date_plausible(_code(informations.get("dateFermeture"))) if ferme else None,
        complete=bool(adresse) or not ferme,
    )
    avertissement = ""
    if adresse.get("coordonneesGeographique") and position is None:
        avertissement = f"{numero} : les coordonnées ne tombent pas dans le département {departement}"
    return Lue(rang, fiche if est_bien_forme(numero) else None, _motif(fiche, bool(adresse)), avertissement)


def _motif(fiche: FichePlus, adresse_connue: bool) -> str:
    """Pourquoi la fiche est rejetée : la première raison, ou rien."""
    lu = fiche.lu
    raisons = {
        f"« {fiche.numero[:20]} » n'est pas un numéro FINESS": not est_bien_forme(fiche.numero),
        f"« {lu.entite[:20]} » n'est pas un numéro FINESS d'entité juridique": not est_bien_forme(lu.entite),
    }
    if fiche.complete:
        raisons |= {
            f"{fiche.numero} n'a pas d'adresse d'usage 03, celle de l'établissement": not adresse_connue,
            "le nom manque": not lu.nom,
            f"« {lu.categorie[:20]} » n'est pas une catégorie": not re.fullmatch(r"\w{1,4}", lu.categorie, re.ASCII),
        }
    return next((raison for raison, vaut in raisons.items() if vaut), "")


def _informations(objet: Any, *noms: str) -> dict[str, Any]:
    for nom in noms:
        if isinstance(objet, dict) and isinstance(objet.get(nom), dict):
            informations: dict[str, Any] = objet[nom]
            return informations
    return {}


def _objets(objet: Any, nom: str) -> list[dict[str, Any]]:
    liste = objet.get(nom) if isinstance(objet, dict) else None
    return [element for element in liste if isinstance(element, dict)] if isinstance(liste, list) else []


def _code(valeur: Any) -> str:
    if isinstance(valeur, dict):
        valeur = valeur.get("code")
    return "" if valeur is None or isinstance(valeur, dict | list) else str(valeur).strip()


def _departement(adresse: dict[str, Any]) -> str:
    """Code de l'INSEE, d'après la commune ; Saint-Barthélemy et Saint-Martin d'après leur code postal."""
    code_postal, commune = _code(adresse.get("codePostal")), _code(adresse.get("cogCommune"))
    if code_postal in ILES:
        return ILES[code_postal]
    code = commune or code_postal
    if code.startswith(_HORS_METROPOLE):
        return code[:3]
    if code.startswith("20"):
        return "2B" if code >= _HAUTE_CORSE else "2A"
    return code[:2]


def _acheminement(adresse: dict[str, Any]) -> str:
    ligne = _code(adresse.get("ligneAcheminement"))
    return ligne if ligne[:5].isdigit() else f"{_code(adresse.get('codePostal'))[:5]} {ligne}".strip()


def _voie(adresse: dict[str, Any]) -> str:
    champ = {nom: _code(valeur) for nom, valeur in adresse.items()}
    morceaux = (
        champ.get("complementPointGeographique", ""),
        adresses.voie(
            champ.get("numeroVoie", "") + champ.get("complementVoie", ""),
            champ.get("typeVoie", ""),
            champ.get("libelleVoie", ""),
        ),
        champ.get("lieuDit", ""),
    )
    return une_ligne(", ".join(filter(None, morceaux)), 200)


def _telephone(brut: dict[str, Any]) -> str:
    """Le premier numéro : le champ en porte parfois deux, collés ou séparés."""
    for contact in _objets(brut, "contact"):
        saisie = _code(_informations(contact, "telecom").get("telephone"))
        if trouve := _TELEPHONE.search(saisie):
            return re.sub(r"[\s.\-]", "", trouve[0])[:20]
    return ""


def _position(adresse: dict[str, Any], departement: str) -> tuple[float, float] | None:
    """Latitude et longitude, parmi deux paires que certaines fiches échangent, chacune dans un ordre ou l'autre."""
    coordonnees = _informations(adresse, "coordonneesGeographique")
    sud, nord, ouest, est = _TERRITOIRES.get(departement, _METROPOLE)
    for noms in (("directionLatitude", "directionLongitude"), ("coordonneeY", "coordonneeX")):
        try:
            a, b = (float(_code(coordonnees.get(nom)).replace(",", ".")) for nom in noms)
        except ValueError:
            continue
        for latitude, longitude in ((a, b), (b, a)):
            if sud <= latitude <= nord and ouest <= longitude <= est:
                return latitude, longitude
    return None
