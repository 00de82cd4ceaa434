"""La matinée d'une personne gestionnaire : filtrer, s'affecter, traiter ensemble, au clavier aussi."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.navigateur.gestes import regarder, se_connecter

FILE = "/gestion/demandes/"


@pytest.fixture
def gestionnaire(ouvrir) -> Iterator[Page]:
    page = ouvrir()
    se_connecter(page, "dlefort")
    page.goto(FILE + "?etat=en_attente")
    expect(page.get_by_role("heading", name="Demandes d'habilitation")).to_be_visible()
    yield page
    page.goto(FILE + "?etat=en_attente")  # la file retient ses choix : les autres parcours la retrouvent telle quelle


def test_filtrer_puis_retrouver_ses_choix(gestionnaire):
    page = gestionnaire
    regarder(page)
    page.get_by_text("Plus de filtres").click()
    page.get_by_label("Affectation").select_option(label="À personne")
    page.get_by_label("Trier par").select_option(label="Les plus récentes d'abord")
    page.get_by_role("button", name="Filtrer").click()
    expect(page).to_have_url(re.compile("affectation=personne"))
    regarder(page)
    page.goto(FILE)
    expect(page).to_have_url(re.compile("affectation=personne.*tri=recentes"))
    page.get_by_role("link", name="Effacer les filtres").click()
    expect(page).not_to_have_url(re.compile("affectation"))
    page.goto(FILE + "?etat=en_attente&q=zzzz")
    expect(page.get_by_text("Aucune demande ne répond à ces filtres.")).to_be_visible()
    regarder(page)


def test_s_affecter_une_demande_et_la_voir_consultee(gestionnaire):
    page = gestionnaire
    page.goto(FILE + "?etat=en_attente&affectation=personne")
    page.locator("table.file tbody th a").first.click()
    page.get_by_role("button", name="M'affecter la demande").click()
    expect(page.get_by_role("status").filter(has_text="affectée à vous")).to_be_visible()
    regarder(page)
    page.get_by_label("Affecter à").select_option(label="Personne en particulier")
    page.get_by_role("button", name="Affecter", exact=True).click()
    expect(page.get_by_text("n'est plus affectée à personne")).to_be_visible()


def test_traiter_plusieurs_demandes_au_clavier(gestionnaire):
    page = gestionnaire
    page.get_by_role("button", name="Tout cocher").focus()
    page.keyboard.press("Enter")
    cases = page.locator("input[name=demandes]")
    assert all(case.is_checked() for case in cases.all())
    expect(page.get_by_role("button", name="Tout décocher")).to_be_focused()
    page.keyboard.press("Enter")
    # Celle-ci n'est d'aucun autre parcours : les tests se jouent dans un ordre tiré au sort.
    page.get_by_role("row").filter(has_text="Claude Aubert").get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    expect(page.get_by_text("1 cochée")).to_be_visible()
    page.get_by_role("button", name="Refuser…").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Refuser 1 demande")
    regarder(page)
    page.get_by_role("button", name="Refuser 1 demande").press("Enter")
    expect(page).to_have_title(re.compile("^Erreur :"))
    regarder(page)
    page.get_by_label("Motif du refus").fill("Cette structure n'est pas la vôtre.")
    page.get_by_role("button", name="Refuser 1 demande").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 demande refusée")
    regarder(page)
    page.get_by_role("link", name="Retour à la liste").press("Enter")
    expect(page).to_have_url(re.compile("etat=en_attente"))


def test_sans_javascript_tout_se_coche_et_s_emporte(ouvrir):
    page = ouvrir(java_script_enabled=False)
    se_connecter(page, "dlefort")
    page.goto(FILE + "?etat=toutes")
    page.get_by_role("link", name="Tout cocher").click()
    assert all(case.is_checked() for case in page.locator("input[name=demandes]").all())
    with page.expect_download() as attente:
        page.get_by_role("link", name="CSV").click()
    assert attente.value.path().read_bytes().startswith("\ufeffN°;Prénom;Nom;".encode())
