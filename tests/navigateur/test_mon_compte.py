"""« Mon compte » sans JavaScript, puis au clavier seul."""

import re

import pytest
from playwright.sync_api import expect

from tests.navigateur.gestes import MOT_DE_PASSE, code_recu, lien_du_courriel, presser, se_connecter, taper

pytestmark = pytest.mark.portail("sqlite")


def test_mon_compte_sans_javascript(ouvrir):
    page, ailleurs = ouvrir(java_script_enabled=False), ouvrir(java_script_enabled=False)
    se_connecter(page, "cvasseur")
    se_connecter(ailleurs, "cvasseur")

    # L'identité, l'adresse.
    page.goto("/mon-compte/identite/")
    page.get_by_role("link", name="Modifier").click()
    page.get_by_label("Numéro de téléphone professionnel").fill("01 23 45 67 89")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("+33 1 23 45 67 89")).to_be_visible()
    page.get_by_role("link", name="Changer d'adresse courriel").click()
    page.get_by_label("Nouvelle adresse courriel").fill("charlie@sans-script.example")
    page.get_by_role("button", name="Recevoir le courriel de confirmation").click()
    expect(page.get_by_text("charlie@sans-script.example reste à confirmer")).to_be_visible()
    boite = page.context.new_page()
    boite.goto("/demo/courriels/?q=charlie@sans-script.example")
    boite.get_by_role("link", name=re.compile("Confirmez votre nouvelle adresse")).first.click()
    page.goto(boite.locator("article a[href*='/nouvelle-adresse/']").first.get_attribute("href"))
    page.get_by_role("button", name="Confirmer ma nouvelle adresse").click()
    expect(page.get_by_text("Votre adresse est maintenant charlie@sans-script.example")).to_be_visible()

    # Un moyen de vérification, et les sessions.
    page.goto("/mon-compte/securite/")
    page.get_by_role("link", name="Ajouter un moyen de vérification").click()
    page.get_by_role("button", name="Ajouter un code par courriel").click()
    page.get_by_label("Code de vérification").fill(code_recu(page))
    page.get_by_role("button", name="Activer").click()
    expect(page.get_by_text("Vous êtes aussi en session sur un autre appareil")).to_be_visible()
    page.get_by_role("button", name="Créer dix codes de secours").click()
    secours = page.locator(".codes-de-secours code").first.inner_text()
    page.goto("/mon-compte/securite/")
    page.get_by_role("button", name="Fermer toutes les autres").click()
    expect(page.get_by_text("seule celle-ci reste ouverte")).to_be_visible()
    ailleurs.goto("/mon-compte/identite/")
    expect(ailleurs.get_by_text("Votre session a été fermée depuis un autre appareil.")).to_be_visible()

    # La boîte aux lettres est perdue : un code de secours ouvre.
    ailleurs.get_by_label("Identifiant", exact=False).first.fill("cvasseur")
    ailleurs.get_by_label("Mot de passe", exact=False).first.fill(MOT_DE_PASSE)
    ailleurs.get_by_role("button", name="Se connecter").click()
    ailleurs.get_by_role("link", name="Code de secours").click()
    ailleurs.get_by_label("Code de secours").fill(secours)
    ailleurs.get_by_role("button", name="Vérifier", exact=True).click()
    expect(ailleurs).to_have_url(re.compile("/mon-compte/identite/$"))

    # Partir.
    page.goto("/mon-compte/identite/")
    page.get_by_role("link", name="Fermer mon compte").click()
    page.get_by_role("button", name="Fermer mon compte").click()
    expect(page.get_by_text("Votre compte est fermé.")).to_be_visible()
    ailleurs.goto("/mon-compte/identite/")
    expect(ailleurs.get_by_text("Votre session s'est fermée avec votre compte")).to_be_visible()


def test_mon_compte_au_clavier_seul(ouvrir):
    page = ouvrir()
    page.goto("/connexion/")
    taper(page, page.get_by_role("textbox", name="Identifiant"), "apelletier")
    taper(page, page.get_by_label("Mot de passe*", exact=True), MOT_DE_PASSE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Vos applications")).to_be_visible()

    page.goto("/mon-compte/securite/")
    presser(page, page.get_by_role("link", name="Ajouter un moyen de vérification"))
    presser(page, page.get_by_role("button", name="Ajouter un code par courriel"))
    expect(page.get_by_role("heading", name="Saisissez le code reçu")).to_be_visible()
    taper(page, page.get_by_label("Code de vérification"), code_recu(page))
    page.keyboard.press("Enter")
    expect(page.get_by_text("est activé").first).to_be_visible()
    presser(page, page.get_by_role("button", name="Créer dix codes de secours"))
    expect(page.locator(".codes-de-secours code")).to_have_count(10)

    page.goto("/mon-compte/securite/")
    presser(page, page.get_by_role("link", name="Retirer"))
    presser(page, page.get_by_role("button", name="Retirer"))
    expect(page.get_by_text("Inactive")).to_be_visible()

    page.goto("/mon-compte/courriel/")
    taper(page, page.get_by_label("Nouvelle adresse courriel"), "ange@au-clavier.example")
    page.keyboard.press("Enter")
    expect(page.get_by_text("ange@au-clavier.example reste à confirmer")).to_be_visible()
    lien = lien_du_courriel(page, "ange@au-clavier.example", "Confirmez votre nouvelle adresse", "/nouvelle-adresse/")
    page.goto(lien)
    presser(page, page.get_by_role("button", name="Confirmer ma nouvelle adresse"))
    expect(page.get_by_text("Votre adresse est maintenant ange@au-clavier.example")).to_be_visible()
