"""Changer d'adresse, quitter une structure, fermer son compte ; le support voit le portail comme une personne."""

import re
import zipfile

import pytest
from playwright.sync_api import expect

from tests.navigateur.gestes import (
    MOT_DE_PASSE,
    lien_du_courriel,
    regarder,
    se_connecter,
)

pytestmark = pytest.mark.portail("sqlite")


def test_changer_d_adresse_puis_la_contester(ouvrir):
    page, ailleurs, nouvelle = ouvrir(), ouvrir(), "eden.roussel@nouvelle-adresse.example"
    se_connecter(page, "eroussel")
    page.goto("/mon-compte/identite/")
    regarder(page)
    page.get_by_role("link", name="Changer d'adresse courriel").click()
    regarder(page)
    ancienne = page.locator("main strong").inner_text()
    page.get_by_label("Nouvelle adresse courriel").fill(nouvelle)
    page.get_by_label("Fermer mes autres sessions").check()
    page.get_by_role("button", name="Recevoir le courriel de confirmation").click()
    expect(page.get_by_text(f"{nouvelle} reste à confirmer")).to_be_visible()

    ailleurs.goto(lien_du_courriel(ailleurs, nouvelle, "Confirmez votre nouvelle adresse", "/nouvelle-adresse/"))
    regarder(ailleurs)
    ailleurs.get_by_role("button", name="Confirmer ma nouvelle adresse").click()
    expect(ailleurs.get_by_text(f"Votre adresse est maintenant {nouvelle}")).to_be_visible()
    page.goto("/mon-compte/identite/")
    expect(page.get_by_text(nouvelle)).to_be_visible()

    ailleurs.goto(lien_du_courriel(ailleurs, ancienne, "Votre adresse a changé", "/contester/"))
    regarder(ailleurs)
    ailleurs.get_by_role("button", name="Suspendre le compte").click()
    expect(ailleurs.get_by_role("heading", name="Le compte est suspendu")).to_be_visible()
    regarder(ailleurs)
    page.goto("/mon-compte/identite/")
    expect(page).to_have_url(re.compile("/connexion/"))


def test_quitter_une_structure(ouvrir):
    page = ouvrir()
    se_connecter(page, "ltessier")
    page.goto("/mon-compte/habilitations/")
    regarder(page)
    avant = page.get_by_role("link", name=re.compile("^Quitter")).count()
    page.get_by_role("link", name=re.compile("^Quitter")).last.click()
    regarder(page)
    page.get_by_role("button", name="Quitter la structure").click()
    expect(page.get_by_text("Vous avez quitté")).to_be_visible()
    assert page.get_by_role("link", name=re.compile("^Quitter")).count() == avant - 1


def test_recevoir_ses_donnees_puis_fermer_son_compte(ouvrir):
    page = ouvrir()
    se_connecter(page, "nbaptiste")
    page.goto("/mon-compte/identite/")
    page.get_by_role("link", name="Recevoir mes données").click()
    regarder(page)
    with page.expect_download() as recu:
        page.get_by_role("button", name="Télécharger mes données").click()
    with zipfile.ZipFile(recu.value.path()) as archive:
        assert "Noa" in archive.read("mes-donnees.json").decode()

    page.goto("/mon-compte/fermer/")
    regarder(page)
    page.get_by_role("button", name="Fermer mon compte").click()
    expect(page.get_by_text("Votre compte est fermé.")).to_be_visible()
    page.get_by_label("Identifiant", exact=False).first.fill("nbaptiste")
    page.get_by_label("Mot de passe", exact=False).first.fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_text("est incorrect").first).to_be_visible()


def test_le_support_voit_le_portail_comme_une_personne(ouvrir):
    page = ouvrir()
    se_connecter(page, "sperrin")
    page.goto("/admin/accounts/utilisateur/?q=castel")
    page.get_by_role("link", name="mcastel").click()
    expect(page.get_by_role("heading", name="Pourquoi ne peut-elle pas entrer ?")).to_be_visible()
    page.get_by_role("link", name="Voir le portail comme cette personne").click()
    page.get_by_label("Motif").fill("Ne voit pas sa tuile")
    page.get_by_role("button", name="Voir le portail comme cette personne").click()
    bandeau = page.get_by_role("region", name="Vous regardez le portail comme une autre personne")
    expect(bandeau).to_contain_text("Maé Castel")
    regarder(page)

    page.goto("/mon-compte/demandes/")
    expect(bandeau).to_be_visible()
    page.goto("/demande/nouvelle/")
    expect(bandeau).to_be_visible()
    page.goto("/mon-compte/fermer/")
    expect(page.get_by_text("n'est ouvert qu'à la personne elle-même")).to_be_visible()
    regarder(page)
    page.goto("/admin/")
    expect(page.get_by_text("ne s'ouvre pas quand on voit le portail")).to_be_visible()

    page.get_by_role("button", name="Arrêter").click()
    expect(page.get_by_text("Vous ne voyez plus le portail comme")).to_be_visible()
    page.goto("/mon-compte/identite/")
    expect(page.get_by_text("sperrin")).to_be_visible()
