"""Ce que disent les 32 colonnes du format classique."""

import hashlib
from datetime import date
from operator import itemgetter

from structures import adresses
from structures.finess.etablissement import ILES, Etablissement, LigneRejetee, date_plausible, une_ligne
from structures.finess.numeros import est_bien_forme

# Rangs des colonnes employées (finess.esante.gouv.fr, extraction « Établissements »).
NUMERO, ENTITE, NOM, NOM_LONG, COMPLEMENT, DISTRIBUTION = 1, 2, 3, 4, 5, 6
NUMERO_VOIE, TYPE_VOIE, VOIE, COMPLEMENT_VOIE, LIEU_DIT, COMMUNE, DEPARTEMENT = 7, 8, 9, 10, 11, 12, 13
ACHEMINEMENT, TELEPHONE, CATEGORIE, LIBELLE_CATEGORIE, AGREGAT, SIRET, OUVERTURE = 15, 16, 18, 19, 20, 22, 28

_EMPLOYEES = itemgetter(
    NUMERO, ENTITE, NOM, NOM_LONG, COMPLEMENT, DISTRIBUTION, NUMERO_VOIE, TYPE_VOIE, VOIE, COMPLEMENT_VOIE, LIEU_DIT,
    COMMUNE, DEPARTEMENT, ACHEMINEMENT, TELEPHONE, CATEGORIE, SIRET, OUVERTURE,
)  # fmt: skip
# À changer quand la lecture change : l'import suivant récrit alors toutes les lignes.
_VERSION = "1"
OUTRE_MER = {"9A": "971", "9B": "972", "9C": "973", "9D": "974", "9E": "975", "9F": "976", "9J": "986"}


class FicheClassique:
    """Le format classique ne liste que les établissements ouverts, et ne nomme pas leur entité."""

    __slots__ = ("colonnes",)
    ferme = False
    fermee_le: date | None = None
    complete = True

    def __init__(self, colonnes: list[str]) -> None:
        self.colonnes = colonnes

    @property
    def numero(self) -> str:
        return self.colonnes[NUMERO]

    @property
    def departement(self) -> str:
        return departement(self.colonnes)

    @property
    def categorie(self) -> str:
        return self.colonnes[CATEGORIE]

    @property
    def libelle_categorie(self) -> str:
        return self.colonnes[LIBELLE_CATEGORIE].strip()

    @property
    def agregat(self) -> str:
        return self.colonnes[AGREGAT]

    def empreinte(self) -> str:
        return empreinte(self.colonnes)

    def etablissement(self) -> Etablissement:
        return etablissement(self.colonnes)


def _verifier(colonnes: list[str]) -> None:
    if not est_bien_forme(colonnes[NUMERO]):
        raise LigneRejetee(f"« {colonnes[NUMERO][:20]} » n'est pas un numéro FINESS")
    if not est_bien_forme(colonnes[ENTITE]):
        raise LigneRejetee(f"« {colonnes[ENTITE][:20]} » n'est pas un numéro FINESS d'entité juridique")
    if not colonnes[NOM].strip():
        raise LigneRejetee("le nom manque")
    if not (len(colonnes[CATEGORIE]) <= 4 and colonnes[CATEGORIE].isalnum()):  # noqa: PLR2004
        raise LigneRejetee(f"« {colonnes[CATEGORIE][:20]} » n'est pas une catégorie")


def empreinte(colonnes: list[str]) -> str:
    contenu = ";".join((_VERSION, *_EMPLOYEES(colonnes)))
    return hashlib.blake2b(contenu.encode(), digest_size=16).hexdigest()


def etablissement(colonnes: list[str]) -> Etablissement:
    """Lève `LigneRejetee` s'il manque de quoi reconnaître l'établissement."""
    _verifier(colonnes)
    code_postal, commune = adresses.acheminement(colonnes[ACHEMINEMENT])
    return Etablissement(
        nom=une_ligne(colonnes[NOM], 200),
        nom_long=une_ligne(colonnes[NOM_LONG], 200),
        adresse=_adresse(colonnes),
        code_postal=code_postal,
        commune=commune[:80],
        departement=departement(colonnes),
        telephone=colonnes[TELEPHONE].strip()[:20],
        categorie=colonnes[CATEGORIE],
        siret=colonnes[SIRET].strip()[:14],
        ouverte_le=date_plausible(colonnes[OUVERTURE]),
        entite=colonnes[ENTITE],
    )


def departement(colonnes: list[str]) -> str:
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
