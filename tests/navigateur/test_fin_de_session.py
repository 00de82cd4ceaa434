"""L'avertissement avant la fin de la session, et la page d'une limite atteinte, sur un portail aux délais courts."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.navigateur.conftest import servir
from tests.navigateur.gestes import (
    MOT_DE_PASSE,
    REGARDS,
    modifier_son_identite,
    recopier_l_image,
    regarder,
    se_connecter,
)

VISIBILITE = "(v) => document.querySelectorAll('body > :not(dialog)').forEach((e) => (e.style.visibility = v))"


@pytest.fixture(scope="module")
def portail_presse(tmp_path_factory):
    """Douze secondes d'inactivité, deux essais, un captcha dès le premier échec."""
    dossier = tmp_path_factory.mktemp("presse")
    reglages = {
        "DATABASE_URL": f"sqlite:///{dossier}/portail.sqlite3",
        "SESSION_INACTIVITE_MINUTES": "0.2",
        "LIMITE_CONNEXION": "2/300",
        "CAPTCHA_APRES_ECHECS": "1",
    }
    with servir(dossier, reglages) as portail:
        yield portail


@pytest.fixture
def portail(portail_presse):
    return portail_presse


def test_rester_en_session_vaut_pour_tous_les_onglets(ouvrir):
    page = ouvrir()
    se_connecter(page, "cmoreau")
    autre = page.context.new_page()
    autre.goto("/mon-compte/identite/")
    dialogue, ailleurs = page.get_by_role("dialog"), autre.get_by_role("dialog")
    expect(dialogue).to_be_visible(timeout=12_000)
    expect(ailleurs).to_be_visible()
    expect(page.get_by_role("button", name="Rester en session")).to_be_focused()
    page.get_by_role("button", name="Rester en session").click()
    expect(dialogue).to_be_hidden()
    expect(ailleurs).to_be_hidden()
    page.goto("/mon-compte/identite/")
    expect(page.get_by_role("heading", name="Mon compte")).to_be_visible()


def test_l_avertissement_est_lisible_a_tous_les_formats(ouvrir):
    page = ouvrir()
    se_connecter(page, "cmoreau")
    page.evaluate("localStorage.setItem('portail.session.echeance', Date.now() + 3600000)")
    page.evaluate("dialogue = document.querySelector('dialog'); dialogue.close = () => {}; dialogue.showModal()")
    for taille, teinte, regles in REGARDS:
        page.set_viewport_size(taille)
        page.emulate_media(color_scheme=teinte, reduced_motion="reduce")
        assert Axe().run(page, options={"runOnly": regles}).response["violations"] == []
        # axe ne sait pas que le dialogue cache la page : on l'ôte pour qu'il mesure chaque contraste.
        page.evaluate(VISIBILITE, "hidden")
        constat = Axe().run(page, context="dialog", options={"runOnly": ["color-contrast"]}).response
        assert constat["violations"] + constat["incomplete"] == []
        page.evaluate(VISIBILITE, "")


def test_sans_reponse_la_session_se_ferme_et_la_saisie_revient(ouvrir):
    page = ouvrir()
    se_connecter(page, "cmoreau")
    modifier_son_identite(page)
    page.get_by_label("Prénom*", exact=True).fill("Camille-Anne")
    expect(page).to_have_url(re.compile("/connexion/"), timeout=25_000)
    expect(page.get_by_text("Votre session s'est fermée, restée sans activité.")).to_be_visible()
    page.get_by_label("Identifiant", exact=False).first.fill("cmoreau")
    page.get_by_label("Mot de passe", exact=False).first.fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Se connecter").click()
    expect(page).to_have_url(re.compile("/mon-compte/identite/modifier/"))
    expect(page.get_by_label("Prénom*", exact=True)).to_have_value("Camille-Anne")


def test_le_captcha_puis_la_limite_se_disent_et_gardent_la_saisie(ouvrir, portail):
    page = ouvrir()
    page.goto("/connexion/")
    for rang in range(3):
        page.get_by_label("Identifiant", exact=False).first.fill("dlefort")
        page.get_by_label("Mot de passe", exact=False).first.fill("Un-Autre-Mot-1")
        if rang:
            recopier_l_image(page, portail)
        page.get_by_role("button", name="Se connecter").click()
        expect(page).to_have_title(re.compile("^Erreur :"))
        if rang == 0:
            regarder(page)
    expect(page.get_by_text("Réessayez dans 5 minutes.").first).to_be_visible()
    assert page.get_by_label("Identifiant", exact=False).first.input_value() == "dlefort"
    regarder(page)
