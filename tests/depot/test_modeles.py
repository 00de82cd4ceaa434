"""Les modèles travaillés, et la commande qui les écrit."""

import pytest
import xlsxwriter
from django.core.management import call_command

from depot.classeur import controle, exemples, lecture, modele
from depot.services.classeurs import lire_le_modele


@pytest.mark.parametrize("themes", [exemples.CAMSP, exemples.CMPP])
def test_un_modele_travaille_se_comprend_sans_faute_et_rempli_ne_surprend_pas(tmp_path, themes):
    chemin = tmp_path / "rapport.xlsx"
    chemin.write_bytes(exemples.composer(themes, 2026, exemples.remplir(themes, "CAMSP d'essai")))
    releve, lignes = lecture.lire(chemin, [], entiere=modele.FEUILLE, lignes=modele.LIGNES_LUES)

    controles, fautes = modele.comprendre(releve, lignes)
    releve, _ = lecture.lire(chemin, modele.places_a_lire(controles))
    bilan = controle.controler(controles, releve)

    assert not fautes
    assert not bilan.erreurs
    assert not bilan.avertissements
    assert len(bilan.valeurs) == len(controles)


def test_un_modele_vide_a_toutes_ses_reponses_obligatoires_a_remplir(tmp_path):
    chemin = tmp_path / "modele.xlsx"
    chemin.write_bytes(exemples.composer(exemples.CAMSP, 2026))
    releve, lignes = lecture.lire(chemin, [], entiere=modele.FEUILLE, lignes=modele.LIGNES_LUES)
    controles, _ = modele.comprendre(releve, lignes)
    releve, _ = lecture.lire(chemin, modele.places_a_lire(controles))

    manquantes = [une for une in controles if une.obligatoire and une.sorte is not modele.Sorte.SOMME]

    assert len(controle.controler(controles, releve).erreurs) == len(manquantes)


@pytest.mark.parametrize(
    ("options", "noms"),
    [
        ([], ["modele-camsp-2030.xlsx", "modele-cmpp-2030.xlsx"]),
        (["--remplis"], ["rapport-camsp-2030.xlsx", "rapport-cmpp-2030.xlsx"]),
    ],
)
def test_la_commande_ecrit_les_deux_modeles(tmp_path, options, noms):
    call_command("composer_modeles", str(tmp_path), "--annee", "2030", *options, verbosity=0)

    assert sorted(chemin.name for chemin in tmp_path.iterdir()) == noms


def test_sans_feuille_controles_les_plages_nommees_disent_ce_qui_est_attendu(tmp_path):
    chemin = tmp_path / "modele.xlsx"
    with xlsxwriter.Workbook(chemin) as livre:
        livre.add_worksheet("File active").write("A12", "Enfants suivis")
        livre.define_name("entier.enfants", "='File active'!$C$12")

    [lu] = lire_le_modele(chemin)

    assert (lu.code, lu.place, lu.libelle) == ("enfants", ("File active", "C12"), "Enfants suivis")


def test_un_classeur_sans_feuille_controles_ni_nom_ne_controle_rien(tmp_path):
    chemin = tmp_path / "modele.xlsx"
    with xlsxwriter.Workbook(chemin) as livre:
        livre.add_worksheet("File active")

    assert lire_le_modele(chemin) == []
