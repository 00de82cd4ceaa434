"""La liste de contrôle du navigateur et les règles du serveur rendent le même verdict."""

import pytest
from django.core.exceptions import ValidationError

from accounts.validators import ClassesDeCaracteres, Longueur

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
VERDICTS = """async (mots) => {
  const { verdict } = await import(document.querySelector("script[src*='mot-de-passe']").src);
  return mots.map((mot) => verdict(mot, { minimum: 12, maximum: 24, classes: 3 }));
}"""


def accepte(regle, mot_de_passe):
    try:
        regle.validate(mot_de_passe)
    except ValidationError:
        return False
    return True


def test_le_navigateur_et_le_serveur_jugent_de_meme(ouvrir):
    page = ouvrir()
    page.goto("/inscription/")
    verdicts = page.evaluate(VERDICTS, MOTS_DE_PASSE)
    for mot_de_passe, verdict in zip(MOTS_DE_PASSE, verdicts, strict=True):
        assert verdict["longueur"] == accepte(Longueur(), mot_de_passe), mot_de_passe
        assert verdict["classes"] == accepte(ClassesDeCaracteres(), mot_de_passe), mot_de_passe


@pytest.mark.parametrize(("mot_de_passe", "respectees"), [("tulipe", 1), ("Tulipe-1", 5), ("Tulipes-Bleues-27", 6)])
def test_la_liste_de_controle_suit_la_saisie(ouvrir, mot_de_passe, respectees):
    page = ouvrir()
    page.goto("/inscription/")
    page.get_by_label("Mot de passe*", exact=True).fill(mot_de_passe)
    assert page.locator(".regles-mot-de-passe .respectee").count() == respectees
