"""Lire le format classique : une ligne de 32 colonnes par établissement ouvert (etalab-cs1100502 et cs1100507)."""

import csv
import hashlib
from collections.abc import Iterator

from structures import adresses
from structures.finess.etablissement import ILES, Etablissement, Lue, date_plausible, une_ligne
from structures.finess.lecture import Examen, FichierRefuse, ouvrir
from structures.finess.numeros import est_bien_forme

NOMBRE_DE_COLONNES = 32
# Rangs des colonnes employées (finess.esante.gouv.fr, extraction « Établissements »).
NUMERO, ENTITE, NOM, NOM_LONG, COMPLEMENT, DISTRIBUTION = 1, 2, 3, 4, 5, 6
NUMERO_VOIE, TYPE_VOIE, VOIE, COMPLEMENT_VOIE, LIEU_DIT, COMMUNE, DEPARTEMENT = 7, 8, 9, 10, 11, 12, 13
ACHEMINEMENT, TELEPHONE, CATEGORIE, LIBELLE_CATEGORIE, AGREGAT, SIRET, OUVERTURE = 15, 16, 18, 19, 20, 22, 28

# À changer quand la lecture change : l'import suivant relit et récrit alors toutes les lignes.
_VERSION = b"classique-2"
_ETABLISSEMENT = b"structureet;"
_AUTRES_LIGNES = {"finess", "geolocalisation"}
OUTRE_MER = {"9A": "971", "9B": "972", "9C": "973", "9D": "974", "9E": "975", "9F": "976", "9J": "986"}


def empreintes(examen: Examen) -> Iterator[tuple[int, str, str]]:
    """Rang, numéro et empreinte de chaque ligne d'établissement, sans la lire plus avant."""
    with ouvrir(examen) as octets:
        for rang, brute in enumerate(octets, start=1):
            if brute.startswith(_ETABLISSEMENT):
                yield rang, brute[12:21].decode("ascii", "replace"), _empreinte(brute)


def lire(examen: Examen, connues: bytes = b"") -> Iterator[Lue]:
    """Les établissements, dans l'ordre, moins les lignes dont le rang est marqué dans `connues`.

    Lève `FichierRefuse` si le fichier s'arrête au milieu d'une ligne, ou si un guillemet n'y est pas refermé.
    """
    une_bonne = any(connues)
    for rang, colonnes, empreinte in _lignes(examen, connues):
        if len(colonnes) == NOMBRE_DE_COLONNES and colonnes[0] == "structureet":
            une_bonne = True
            yield _lue(rang, colonnes, empreinte)
        elif colonnes and colonnes[0] not in _AUTRES_LIGNES:
            motif = _pourquoi_illisible(colonnes)
            if une_bonne and rang >= examen.lignes:
                raise FichierRefuse(
                    f"Le fichier s'arrête au milieu de la ligne {rang} ({motif}) : téléchargez-le de nouveau."
                )
            yield Lue(rang, "", None, motif=motif)


def _lignes(examen: Examen, connues: bytes) -> Iterator[tuple[int, list[str], str]]:
    """Rang, colonnes et empreinte ; une ligne peut en couvrir plusieurs du fichier, entre guillemets."""
    rang = 0
    brutes: list[bytes] = []

    def textes() -> Iterator[str]:
        nonlocal rang
        for rang, brute in enumerate(octets, start=1):
            if not (connues and connues[rang]):
                brutes.append(brute)
                yield brute.decode(examen.encodage)

    with ouvrir(examen) as octets:
        try:
            for colonnes in csv.reader(textes(), delimiter=";", strict=True):
                yield rang, colonnes, _empreinte(b"".join(brutes))
                brutes.clear()
        except csv.Error as erreur:
            raise FichierRefuse(
                f"Un guillemet ouvert n'est pas refermé avant la ligne {rang} : "
                "le fichier est abîmé, téléchargez-le de nouveau."
            ) from erreur


def _empreinte(brute: bytes) -> str:
    return hashlib.blake2b(brute.rstrip(b"\r\n"), digest_size=16, person=_VERSION).hexdigest()


def _pourquoi_illisible(colonnes: list[str]) -> str:
    if colonnes[0] != "structureet":
        return f"ligne de type inconnu « {colonnes[0][:30]} »"
    return f"{len(colonnes)} colonnes au lieu de {NOMBRE_DE_COLONNES}"


def _lue(rang: int, colonnes: list[str], empreinte: str) -> Lue:
    numero = colonnes[NUMERO]
    if motif := _motif(colonnes):
        return Lue(rang, numero if est_bien_forme(numero) else "", None, motif=motif)
    code_postal, commune = adresses.acheminement(colonnes[ACHEMINEMENT])
    etablissement = Etablissement(
        nom=une_ligne(colonnes[NOM], 200),
        nom_long=une_ligne(colonnes[NOM_LONG], 200),
        adresse=_adresse(colonnes),
        code_postal=code_postal,
        commune=commune[:80],
        departement=_departement(colonnes),
        telephone=colonnes[TELEPHONE].strip()[:20],
        categorie=colonnes[CATEGORIE],
        siret=colonnes[SIRET].strip()[:14],
        ouverte_le=date_plausible(colonnes[OUVERTURE]),
        entite=colonnes[ENTITE],
    )
    libelle, agregat = colonnes[LIBELLE_CATEGORIE].strip(), colonnes[AGREGAT]
    return Lue(rang, numero, etablissement, empreinte, libelle_categorie=libelle, agregat=agregat)


def _motif(colonnes: list[str]) -> str:
    """Pourquoi la ligne ne décrit pas un établissement, ou rien."""
    if not est_bien_forme(colonnes[NUMERO]):
        return f"« {colonnes[NUMERO][:20]} » n'est pas un numéro FINESS"
    if not est_bien_forme(colonnes[ENTITE]):
        return f"« {colonnes[ENTITE][:20]} » n'est pas un numéro FINESS d'entité juridique"
    if not colonnes[NOM].strip():
        return "le nom manque"
    if not (len(colonnes[CATEGORIE]) <= 4 and colonnes[CATEGORIE].isalnum()):  # noqa: PLR2004
        return f"« {colonnes[CATEGORIE][:20]} » n'est pas une catégorie"
    return ""


def _departement(colonnes: list[str]) -> str:
    """Code de l'INSEE : 2A, 75, 974 ; Saint-Barthélemy et Saint-Martin d'après leur code postal."""
    code = colonnes[DEPARTEMENT]
    return ILES.get(colonnes[ACHEMINEMENT][:5]) or OUTRE_MER.get(code, code)


def _adresse(colonnes: list[str]) -> str:
    morceaux = (
        colonnes[COMPLEMENT],
        colonnes[DISTRIBUTION],
        adresses.voie(colonnes[NUMERO_VOIE] + colonnes[COMPLEMENT_VOIE], colonnes[TYPE_VOIE], colonnes[VOIE]),
        colonnes[LIEU_DIT],
    )
    return une_ligne(", ".join(filter(None, morceaux)), 200)
