"""Redonner son mot de passe quand il date, et la page d'une limite atteinte, sur un portail pressé."""

import pytest
from playwright.sync_api import expect

from tests.navigateur.conftest import servir
from tests.navigateur.gestes import redonner_le_mot_de_passe, regarder, se_connecter


@pytest.fixture(scope="module")
def portail_presse(tmp_path_factory):
    """Trois secondes de preuve, deux essais de mot de passe."""
    dossier = tmp_path_factory.mktemp("preuve")
    reglages = {
        "DATABASE_URL": f"sqlite:///{dossier}/portail.sqlite3",
        "PREUVE_RECENTE_MINUTES": "0.05",
        "LIMITE_MOT_DE_PASSE": "2/300",
    }
    with servir(dossier, reglages) as portail:
        yield portail


@pytest.fixture
def portail(portail_presse):
    return portail_presse


def test_le_mot_de_passe_donne_il_y_a_trop_longtemps_se_redonne(ouvrir):
    page = ouvrir()
    se_connecter(page, "cmoreau")
    page.wait_for_timeout(4000)
    page.goto("/mon-compte/identite/")
    page.get_by_role("link", name="Changer d'adresse courriel").click()
    expect(page.get_by_role("heading", name="Redonnez votre mot de passe")).to_be_visible()
    regarder(page)
    page.get_by_label("Mot de passe*", exact=True).fill("Un-Autre-Mot-1")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_text("Ce n'est pas votre mot de passe").first).to_be_visible()
    redonner_le_mot_de_passe(page)
    expect(page.get_by_label("Nouvelle adresse courriel")).to_be_visible()


def test_trop_de_mots_de_passe_faux_se_disent_sur_une_page(ouvrir):
    page = ouvrir()
    se_connecter(page, "amarchand")
    for _ in range(3):
        page.goto("/mon-compte/mot-de-passe/")
        page.get_by_label("Mot de passe actuel*", exact=True).fill("Un-Autre-Mot-1")
        page.get_by_label("Nouveau mot de passe*", exact=True).fill("Pivoines-Rouges-31")
        page.get_by_role("button", name="Changer le mot de passe").click()
        expect(
            page.get_by_text("Ce n'est pas votre mot de passe actuel").or_(page.get_by_text("Trop de")).first
        ).to_be_visible()
    expect(page.get_by_role("heading", name="Trop de tentatives")).to_be_visible()
    expect(page.get_by_text("Réessayez dans 5 minutes.")).to_be_visible()
    regarder(page)
