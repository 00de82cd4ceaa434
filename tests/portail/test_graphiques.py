"""Les graphiques : valeurs lisibles, description dite, coordonnées que tout navigateur comprend."""

import re

import pytest
from django.conf import settings
from django.template.loader import render_to_string

from portail.checks import CONTRASTE_MIN, contraste_avec_blanc
from portail.templatetags.graphiques import _echelle, graphique

THEME = (settings.RACINE / "static/portail/portail.css").read_text()
MOIS = ["janv. 2026", "févr. 2026", "mars 2026"]


def dessiner(forme, series, etiquettes=MOIS):
    contexte = graphique(
        forme, nom="recues", titre="Reçues", description="Par mois.", etiquettes=etiquettes, series=series
    )
    return contexte["dessin"], render_to_string("composants/graphique.html", contexte)


@pytest.mark.parametrize("forme", ["barres", "couchees", "courbe"])
def test_le_dessin_porte_son_titre_sa_description_et_toutes_ses_valeurs(forme):
    dessin, svg = dessiner(forme, [("Acceptées", [12, 0, 7]), ("Refusées", [3, None, 1.5])])
    assert 'role="img" aria-labelledby="recues-titre recues-description"' in svg
    assert '<title id="recues-titre">Reçues</title>' in svg
    assert '<desc id="recues-description">Par mois.</desc>' in svg
    infobulles = [part.infobulle for part in dessin.parts]
    for attendue in ["janv. 2026, acceptées : 12", "mars 2026, refusées : 1,5"]:
        assert attendue in infobulles
    assert not any("févr. 2026, refusées" in infobulle for infobulle in infobulles)
    for etiquette in MOIS:
        assert f">{etiquette}</text>" in svg


@pytest.mark.parametrize("forme", ["barres", "couchees", "courbe"])
def test_les_coordonnees_ont_le_point_decimal_et_tiennent_dans_le_cadre(forme):
    dessin, svg = dessiner(forme, [("Reçues", [1204, 87.5, 3])])
    for attribut in ("x", "y", "cx", "cy", "width", "height"):
        for valeur in re.findall(rf'<(?:rect|circle|text)[^>]* {attribut}="([^"]+)"', svg):
            assert 0 <= float(valeur) <= max(dessin.largeur, dessin.hauteur)
    assert "1\u202f204" in svg or "1\xa0204" in svg


def test_les_barres_s_empilent_sans_se_recouvrir():
    dessin, _ = dessiner("barres", [("Acceptées", [5]), ("Refusées", [3])], ["mars 2026"])
    dessous, dessus = dessin.parts
    assert float(dessus.y) + float(dessus.hauteur) == pytest.approx(float(dessous.y), abs=0.2)


def test_une_courbe_s_interrompt_la_ou_il_n_y_a_pas_de_valeur():
    dessin, _ = dessiner("courbe", [("Médiane", [2, None, 4])])
    assert dessin.courbes[0][1].count("M") == 2


@pytest.mark.parametrize("forme", ["barres", "couchees", "courbe"])
def test_sans_valeur_le_dessin_reste_entier(forme):
    assert "<svg" in dessiner(forme, [("Reçues", [0, None, 0])])[1]


@pytest.mark.parametrize(("maximum", "echelle"), [(0, 4), (4, 4), (5, 8), (37, 40), (41, 80), (100, 120), (1000, 1200)])
def test_le_haut_de_l_echelle_est_rond(maximum, echelle):
    assert _echelle([maximum]) == echelle


def test_un_nom_d_ailleurs_est_echappe():
    _, svg = dessiner("couchees", [("Reçues", [1])], ["<script>x</script>"])
    assert "<script>" not in svg


def test_des_etiquettes_trop_larges_passent_sur_deux_lignes():
    dessin, _ = dessiner("barres", [("Reçues", [1] * 12)], ["déc. 2025"] * 12)
    lignes = [mot.texte for mot in dessin.mots if mot.texte in {"déc.", "2025", "déc. 2025"}]
    assert lignes == ["déc.", "2025"] * 12


THEMES = dict(zip(("clair", "sombre"), re.split(r"@media \(prefers-color-scheme: dark\)", THEME)[:2], strict=True))


def contraste(theme, couleur):
    """Le rapport de contraste WCAG d'une couleur du thème avec la surface où se posent les graphiques."""
    lues = [re.search(rf"--{nom}: (#[0-9a-f]+);", THEMES[theme])[1] for nom in ("surface", couleur)]
    avec_blanc = [contraste_avec_blanc("#ffffff" if lue == "#fff" else lue) for lue in lues]
    return max(avec_blanc) / min(avec_blanc)


# axe ne sait pas lire le fond d'un texte en SVG : son regard l'écarte (tests/navigateur/gestes.py), et c'est ici que
# se vérifie ce qui s'écrit sur la surface, et la surface qui s'écrit dans les barres.
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("couleur", ["encre", "encre-2", "vert", "rouge", "ambre", "bleu"])
def test_chaque_texte_d_un_graphique_se_lit(theme, couleur):
    assert contraste(theme, couleur) >= CONTRASTE_MIN
