"""L'agent suit sa campagne : chiffres, relances, matrice, structure, exports, documents emportés."""

import re

import pytest
from playwright.sync_api import expect

from tests.navigateur.gestes import regarder, se_connecter

pytestmark = pytest.mark.portail("sqlite")


def entrer(ouvrir, **options):
    page = ouvrir(**options)
    se_connecter(page, "amarchand")
    return page


def test_l_agent_voit_ou_en_est_la_campagne_et_emporte_les_chiffres(ouvrir):
    page = entrer(ouvrir)
    page.goto("/camsp-cmpp/")
    page.get_by_role("link", name="Suivi").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Suivi de la campagne"))
    expect(page.get_by_role("figure").first).to_be_visible()
    regarder(page)
    with page.expect_download() as recu:
        page.get_by_role("link", name="Avancement en CSV").click()
    assert recu.value.suggested_filename.endswith(".csv")
    page.get_by_role("link", name="Rien reçu").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Liste Finess")
    page.get_by_role("row").nth(1).get_by_role("link").first.click()
    expect(page.get_by_role("heading", name="Personnes habilitées")).to_be_visible()
    regarder(page)


def test_l_agent_lit_la_relance_avant_de_l_envoyer_une_seule_fois(ouvrir):
    page = entrer(ouvrir)
    page.goto("/camsp-cmpp/relances/")
    expect(page.get_by_text("votre dépôt est attendu")).to_be_visible()
    regarder(page)
    page.get_by_role("button", name=re.compile("^Relancer")).click()
    expect(page.get_by_text("partent maintenant")).to_be_visible()
    expect(page.get_by_role("button", name=re.compile("^Relancer"))).to_have_count(0)
    expect(page.get_by_role("heading", name="Relances déjà envoyées")).to_be_visible()
    regarder(page)


def test_sans_javascript_l_agent_filtre_et_emporte_les_documents(ouvrir):
    page = entrer(ouvrir, java_script_enabled=False)
    page.goto("/camsp-cmpp/matrice/")
    page.get_by_label("Nom, commune ou n° FINESS").fill("010005619")
    page.get_by_role("button", name="Filtrer").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.goto("/camsp-cmpp/documents/")
    with page.expect_download() as recu:
        page.get_by_role("link", name=re.compile("en ZIP")).click()
    assert recu.value.suggested_filename.endswith(".zip")


def test_les_pages_vides_de_l_agent_disent_quoi_faire(ouvrir):
    page = entrer(ouvrir)
    for adresse in ("/camsp-cmpp/examens/", "/camsp-cmpp/matrice/?texte=introuvable", "/camsp-cmpp/corbeille/"):
        page.goto(adresse)
        regarder(page)
