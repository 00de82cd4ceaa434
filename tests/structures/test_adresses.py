import pytest

from structures.adresses import acheminement, en_minuscules, lieu, voie


@pytest.mark.parametrize(
    ("ligne", "attendu"),
    [
        ("75012 PARIS", "Paris 12e Arrondissement (75012)"),
        ("75001 PARIS", "Paris 1er Arrondissement (75001)"),
        ("75116 PARIS", "Paris 16e Arrondissement (75116)"),
        ("75743 PARIS CEDEX 15", "Paris 15e Arrondissement (75743)"),
        ("75700 PARIS SP 07", "Paris 7e Arrondissement (75700)"),
        ("69003 LYON", "Lyon 3e Arrondissement (69003)"),
        ("13382 MARSEILLE CEDEX", "Marseille (13382)"),
        ("93200 ST DENIS", "Saint-Denis (93200)"),
        ("69110 STE FOY LES LYON", "Sainte-Foy-les-Lyon (69110)"),
        ("01000 BOURG EN BRESSE", "Bourg-en-Bresse (01000)"),
        ("95290 L ISLE ADAM", "L'Isle-Adam (95290)"),
        ("06320 CAP D AIL", "Cap-d'Ail (06320)"),
        ("97190 LE GOSIER", "Le Gosier (97190)"),
        ("31605 MURET CEDEX", "Muret (31605)"),
        ("42140 CHAZELLES SUR LYON", "Chazelles-sur-Lyon (42140)"),
    ],
)
def test_un_lieu_se_lit_comme_on_l_ecrit(ligne, attendu):
    code_postal, commune = acheminement(ligne)
    assert lieu(commune, code_postal) == attendu


@pytest.mark.parametrize("ligne", ["", "VIRIAT", "97150", "CEDEX", "75000 PARIS"])
def test_une_ligne_incomplete_ne_fait_pas_d_erreur(ligne):
    code_postal, commune = acheminement(ligne)
    assert isinstance(lieu(commune, code_postal), str)


def test_un_lieu_encore_en_capitales_se_lit_aussi():
    assert lieu("PARIS", "75012") == "Paris 12e Arrondissement (75012)"


def test_la_voie_perd_son_abreviation():
    assert voie("27", "R", "DU COLONEL ROZANOFF") == "27 rue DU COLONEL ROZANOFF"
    assert voie("", "", "") == ""


@pytest.mark.parametrize(
    ("registre", "lue"),
    [
        ("27 rue DU COLONEL ROZANOFF", "27 rue du Colonel Rozanoff"),
        ("14 rue DE L'HOPITAL, BP 615", "14 rue de l'Hopital, BP 615"),
        ("BATIMENT B, 12 BIS rue DU 1ER MAI", "Batiment B, 12 bis rue du 1er Mai"),
        ("PMI CMS DE GUSTAVIA, place ST PIERRE", "PMI CMS de Gustavia, place St Pierre"),
        ("avenue HENRI IV", "avenue Henri IV"),
        ("Lieu-dit Le Bourg, 1 rue D ARTAGNAN", "Lieu-dit Le Bourg, 1 rue d Artagnan"),
    ],
)
def test_une_adresse_se_lit_en_minuscules(registre, lue):
    assert en_minuscules(registre) == lue
