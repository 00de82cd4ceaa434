"""La liste de contrôle du navigateur et les règles du serveur rendent le même verdict."""

import pytest
from django.core.exceptions import ValidationError

from accounts.models import Utilisateur
from accounts.validators import ClassesDeCaracteres, Longueur, SansIdentite
from structures.models import Structure

pytestmark = pytest.mark.portail("sqlite")


MOTS_DE_PASSE = [
    "",
    "abcdefghijkl",
    "Abcdefghijk1",
    "ABCDEF-12345",
    "abcdef 12345",
    "Abc-1",
    "Été-à-Nîmes",
    "Été-à-Nîmes-1",
    "😀" * 12,
    "😀" * 11 + "aB",
    "A1" + "é" * 22,
    "A1" + "é" * 23,
    "ªº²ⅧabcABCdef",
    "Ωμέγα-αβγδε1",
    "e\u0301" * 6 + "A1",
    "١٢٣٤٥٦abcDEF",
    "ǅǅǅabc123ABC",
]
PERSONNE = Utilisateur(
    nom="Lefèvre-Martin",
    prenom="Zoé",
    courriel="z.lefevre@camsp-exemple.example",
    structure=Structure(nom="CAMSP Janine Lévy"),
)
IDENTITES = [
    "Tulipes-Bleues-27",
    "LEFE\u0300VRE-27-bleu",
    "xx-m4-Martin-27",
    "J-a-n-i-n-e-2027",
    "la-Cnsa-tulipe-1",
    "exemplaire-27-A",
    "Zoé-tulipe-2027",
]
VERDICTS = """async ([mots, textes]) => {
  const { verdict, motsDIdentite } = await import(document.querySelector("script[src*='mot-de-passe']").src);
  return mots.map((mot) => verdict(mot, { minimum: 12, maximum: 24, classes: 3, interdits: motsDIdentite(textes) }));
}"""


def accepte(regle, mot_de_passe, personne=None):
    try:
        regle.validate(mot_de_passe, personne)
    except ValidationError:
        return False
    return True


def test_le_navigateur_et_le_serveur_jugent_de_meme(ouvrir):
    page = ouvrir()
    page.goto("/inscription/")
    textes = ["CNSA", PERSONNE.nom, PERSONNE.prenom, PERSONNE.courriel, PERSONNE.structure.nom]
    essais = [mot for mot in MOTS_DE_PASSE if mot] + IDENTITES
    verdicts = page.evaluate(VERDICTS, [essais, textes])
    for mot_de_passe, verdict in zip(essais, verdicts, strict=True):
        assert verdict["longueur"] == accepte(Longueur(), mot_de_passe), mot_de_passe
        assert verdict["classes"] == accepte(ClassesDeCaracteres(), mot_de_passe), mot_de_passe
        assert verdict["identite"] == accepte(SansIdentite(), mot_de_passe, PERSONNE), mot_de_passe


@pytest.mark.parametrize(
    ("mot_de_passe", "respectees"), [("tulipe", 2), ("Tulipe-1", 6), ("Tulipes-Bleues-27", 7), ("Tulipes-Cnsa-27", 6)]
)
def test_la_liste_de_controle_suit_la_saisie(ouvrir, mot_de_passe, respectees):
    page = ouvrir()
    page.goto("/inscription/")
    page.get_by_label("Mot de passe*", exact=True).fill(mot_de_passe)
    assert page.locator(".regles-mot-de-passe .respectee").count() == respectees
