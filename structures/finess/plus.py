"""Lire FINESS+ : des entités juridiques (`pmej`), chacune avec ses établissements (`ege`), au fil de l'eau.

Le schéma publié et les fichiers réels diffèrent : un code y est tantôt une chaîne, tantôt {"code": …}.
"""

import hashlib
import re
from collections.abc import Iterator
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
    numero = _code(informations.get("numFinessEge"))
    ferme = _code(brut.get("etatObjet")) == _FERME
    adresse = next(
        (a for a in _objets(brut, "adresse") if _code(a.get("usageAdresse")) == _USAGE_DE_L_ETABLISSEMENT), {}
    )
    lu = _etablissement(brut, informations, entite, adresse)
    avertissement = ""
    if adresse.get("coordonneesGeographique") and lu.latitude is None:
        avertissement = f"{numero} : les coordonnées ne tombent pas dans le département {lu.departement}"
    motif = _motif(numero, lu, ferme=ferme, adresse_connue=bool(adresse))
    return Lue(
        rang,
        numero if est_bien_forme(numero) else "",
        lu if adresse and not motif else None,
        empreinte=_empreinte(lu),
        motif=motif,
        avertissement=avertissement,
        ferme=ferme,
        fermee_le=date_plausible(_code(informations.get("dateFermeture"))) if ferme else None,
    )


def _etablissement(
    brut: dict[str, Any], informations: dict[str, Any], entite: dict[str, Any], adresse: dict[str, Any]
) -> Etablissement:
    departement = _departement(adresse)
    latitude, longitude = _position(adresse, departement) or (None, None)
    code_postal, commune = adresses.acheminement(_acheminement(adresse))
    return Etablissement(
        nom=une_ligne(_code(informations.get("nomEgeCourt")) or _code(informations.get("nomEgeLong")), 200),
        nom_long=une_ligne(_code(informations.get("nomEgeLong")), 200),
        adresse=_voie(adresse),
        code_postal=code_postal,
        commune=commune[:80],
        departement=departement,
        telephone=_telephone(brut),
        categorie=_code(brut.get("categorieentiteGeographiqueExercice"))
        or _code(brut.get("categorieEntiteGeographiqueExercice")),
        siret=(_code(informations.get("siret")) or _code(brut.get("siret")))[:14],
        ouverte_le=date_plausible(_code(informations.get("dateOuverture"))),
        entite=_code(entite.get("numFinessPm")),
        entite_nom=une_ligne(
            _code(entite.get("denominationPm")) or _code(entite.get("denominationLonguePmSmsse")), 200
        ),
        latitude=latitude,
        longitude=longitude,
    )


def _motif(numero: str, lu: Etablissement, *, ferme: bool, adresse_connue: bool) -> str:
    """Pourquoi l'établissement est rejeté : la première raison, ou rien. Fermé, il peut n'avoir plus d'adresse."""
    if not est_bien_forme(numero):
        return f"« {numero[:20]} » n'est pas un numéro FINESS"
    if not est_bien_forme(lu.entite):
        return f"« {lu.entite[:20]} » n'est pas un numéro FINESS d'entité juridique"
    if not adresse_connue:
        return "" if ferme else f"{numero} n'a pas d'adresse d'usage 03, celle de l'établissement"
    if not lu.nom:
        return "le nom manque"
    if not re.fullmatch(r"\w{1,4}", lu.categorie, re.ASCII):
        return f"« {lu.categorie[:20]} » n'est pas une catégorie"
    return ""


def _empreinte(lu: Etablissement) -> str:
    contenu = ";".join((_VERSION, *(str(valeur) for valeur in lu)))
    return hashlib.blake2b(contenu.encode(), digest_size=16).hexdigest()


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
