"""Le support importe le registre, et chacun le lit dans l'annuaire."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.navigateur.conftest import servir_complet
from tests.navigateur.gestes import regarder, se_connecter
from tests.structures.fichiers import cle, ecrire_plus, ege

LAVANDES = cle("26000901")


@pytest.fixture
def portail(tmp_path_factory):
    """Un portail à ce parcours : son import remplace tout le registre."""
    with servir_complet(tmp_path_factory.mktemp("annuaire")) as portail:
        yield portail


def test_le_support_importe_et_une_personne_lit_l_annuaire(portail, ouvrir, tmp_path):
    support, gestionnaire = ouvrir(), ouvrir()
    se_connecter(support, "sperrin")
    importer(support, ecrire_plus(tmp_path, ege(LAVANDES, nomEgeCourt="CAMSP DES LAVANDES"), nom="LES LAVANDES"))
    se_connecter(gestionnaire, "dlefort")
    chercher_et_lire(gestionnaire)
    chercher_sans_javascript(ouvrir(java_script_enabled=False))


def importer(page: Page, chemin) -> None:
    page.goto("/admin/structures/importfiness/")
    page.get_by_role("link", name="Importer un fichier").click()
    regarder(page)
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_text("mais un seul").first).to_be_visible()
    regarder(page)

    page.get_by_label("Fichier de votre poste").set_input_files(chemin)
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_text("refusé", exact=True)).to_be_visible(timeout=30_000)
    expect(page.get_by_text("établissements ouverts, le dernier importé en comptait")).to_be_visible()
    regarder(page)

    page.get_by_role("link", name="Importer un autre fichier").click()
    page.get_by_label("Fichier de votre poste").set_input_files(chemin)
    page.get_by_label("Forcer : importer malgré un recul suspect").check()
    page.get_by_role("button", name="Importer").click()
    expect(page.get_by_text("appliqué", exact=True)).to_be_visible(timeout=30_000)
    regarder(page)
    with page.expect_download() as classeur:
        page.get_by_role("link", name="Télécharger en XLSX").click()
    assert classeur.value.suggested_filename.endswith(".xlsx")
    page.get_by_label("Ce qui a changé").select_option("entrees")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_role("link", name="CAMSP DES LAVANDES")).to_be_visible()


def chercher_et_lire(page: Page) -> None:
    page.locator(".menu-compte summary").click()
    page.get_by_role("link", name="Annuaire des structures").click()
    regarder(page)
    page.get_by_label("Nom, lieu ou n° FINESS").press_sequentially("camsp lavende", delay=20)
    expect(page.get_by_role("link", name="CAMSP DES LAVANDES")).to_be_visible()
    expect(page).to_have_url(re.compile("q=camsp"))
    regarder(page)
    page.get_by_role("link", name="CAMSP DES LAVANDES").click()
    expect(page.get_by_role("heading", name="Personnes habilitées ici")).to_be_visible()
    expect(page.get_by_role("link", name="Voir sur OpenStreetMap")).to_be_visible()
    regarder(page)
    page.get_by_role("link", name=re.compile("LES LAVANDES")).click()
    expect(page.get_by_role("heading", name="Ses établissements")).to_be_visible()
    regarder(page)


def chercher_sans_javascript(page: Page) -> None:
    se_connecter(page, "cmoreau")
    page.goto("/structures/")
    page.get_by_label("Nom, lieu ou n° FINESS").fill(LAVANDES)
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("link", name="CAMSP DES LAVANDES").click()
    expect(page.get_by_role("heading", name="Coordonnées")).to_be_visible()
    expect(page.get_by_role("heading", name="Personnes habilitées ici")).to_have_count(0)
