"""Retrouver son accès, changer de mot de passe, et ce que disent les liens qui ne servent plus."""

import re

from playwright.sync_api import Page, expect

from tests.navigateur.gestes import (
    MOT_DE_PASSE,
    lien_du_courriel,
    recopier_l_image,
    regarder,
    se_connecter,
)

NOUVEAU = "Pivoines-Rouges-31"


def choisir(page: Page, mot_de_passe: str) -> None:
    page.get_by_label("Nouveau mot de passe*", exact=True).fill(mot_de_passe)
    page.get_by_role("button", name="Changer le mot de passe").click()


def test_oublier_son_mot_de_passe_puis_en_changer(portail, ouvrir):
    page, courriel = ouvrir(), "sasha.delmas@structure"
    page.goto("/connexion/")
    page.get_by_role("link", name="Identifiant ou mot de passe oublié ?").click()
    regarder(page)
    page.get_by_role("button", name="Recevoir le courriel").click()
    expect(page).to_have_title(re.compile("^Erreur :"))
    regarder(page)
    page.get_by_label("Identifiant ou adresse courriel").fill("sdelmas")
    recopier_l_image(page, portail)
    page.get_by_role("button", name="Recevoir le courriel").click()
    expect(page.get_by_text("Si un compte correspond à votre saisie")).to_be_visible()
    regarder(page)

    lien = lien_du_courriel(page, courriel, "Votre identifiant, et un lien", "/nouveau-mot-de-passe/")
    page.goto(lien)
    choisir(page, "sdelmas-27-aB")
    expect(page.get_by_text("sans votre nom").first).to_be_visible()
    regarder(page)
    choisir(page, NOUVEAU)
    expect(page.get_by_text("Votre mot de passe est changé. Connectez-vous")).to_be_visible()
    page.goto(lien)
    expect(page.get_by_role("heading", name="Ce lien ne sert plus")).to_be_visible()
    regarder(page)

    se_connecter(page, "sdelmas", NOUVEAU)
    page.goto("/mon-compte/identite/")
    page.get_by_role("link", name="Changer de mot de passe").click()
    regarder(page)
    page.get_by_label("Mot de passe actuel*", exact=True).fill("Un-Autre-Mot-1")
    choisir(page, MOT_DE_PASSE)
    expect(page.get_by_text("Ce n'est pas votre mot de passe actuel").first).to_be_visible()
    regarder(page)
    page.get_by_label("Mot de passe actuel*", exact=True).fill(NOUVEAU)
    choisir(page, MOT_DE_PASSE)
    expect(page.get_by_text("Votre mot de passe est changé.")).to_be_visible()


def test_annuler_un_changement_d_adresse_eteint_son_lien(ouvrir):
    page, nouvelle = ouvrir(), "sasha@ailleurs.example"
    se_connecter(page, "sdelmas")
    page.goto("/mon-compte/courriel/")
    ancienne = page.locator("main strong").inner_text()
    page.get_by_label("Nouvelle adresse courriel").fill(nouvelle)
    page.get_by_role("button", name="Recevoir le courriel de confirmation").click()
    expect(page.get_by_text(f"{nouvelle} reste à confirmer")).to_be_visible()
    confirmer = lien_du_courriel(page, nouvelle, "Confirmez votre nouvelle adresse", "/nouvelle-adresse/")
    page.goto(lien_du_courriel(page, ancienne, "Votre adresse va changer", "/contester/"))
    regarder(page)
    page.get_by_role("button", name="Annuler le changement").click()
    expect(page.get_by_role("button", name="Annuler le changement")).to_have_count(0)
    regarder(page)
    page.goto(confirmer)
    expect(page.get_by_role("heading", name="Ce lien ne sert plus")).to_be_visible()
    regarder(page)
