"""Les gestes d'une personne devant le portail, et le regard d'axe-core sur chaque page."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from tests.navigateur.conftest import Portail

TOUTES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice", "RGAAv4"]}
# De la teinte claire à la sombre, seules les couleurs changent.
COULEURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
LARGE, ETROITE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}
REGARDS = [(LARGE, "light", TOUTES), (LARGE, "dark", COULEURS), (ETROITE, "light", TOUTES), (ETROITE, "dark", COULEURS)]
AXE = Axe().axe_script
# Le reste du constat, ce qui va bien, pèse dix fois plus et ralentit d'autant.
CONSTATER = "(choix) => axe.run(choix).then(({ violations, incomplete }) => ({ violations, incomplete }))"
MOT_DE_PASSE = "Tulipes-Bleues-27"


def regarder(page: Page) -> None:
    """axe-core sur l'état présent de la page, large et étroite, claire et sombre ; rien ne déborde à 320 px."""
    page.wait_for_load_state()
    page.evaluate(AXE)
    for taille, teinte, regles in REGARDS:
        page.set_viewport_size(taille)
        page.emulate_media(color_scheme=teinte, reduced_motion="reduce")
        constat = page.evaluate(CONSTATER, {"runOnly": regles, "resultTypes": ["violations", "incomplete"]})
        defauts = [(regle["id"], noeud["html"]) for regle in constat["violations"] for noeud in regle["nodes"]] + [
            ("contraste incertain", noeud["html"])
            for regle in constat["incomplete"]
            if regle["id"] == "color-contrast"
            for noeud in regle["nodes"]
            if not noeud["html"].startswith("<text ")  # un graphique : tests/portail/test_graphiques.py le vérifie
        ]
        assert not defauts, f"{page.url} à {taille['width']} px, {teinte} : {defauts}"
    page.set_viewport_size({"width": 320, "height": 640})
    debord = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert debord <= 0, f"{page.url} déborde de {debord} px à 320 px de large"
    page.set_viewport_size(LARGE)
    page.emulate_media(color_scheme="light")


def se_connecter(page: Page, identifiant: str, mot_de_passe: str = MOT_DE_PASSE) -> None:
    page.goto("/connexion/")
    page.get_by_label("Identifiant", exact=False).first.fill(identifiant)
    page.get_by_label("Mot de passe", exact=False).first.fill(mot_de_passe)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Vos applications|Vérification"))
    if "/verification/" in page.url:
        page.get_by_label("Code de vérification").fill(code_recu(page))
        page.get_by_role("button", name="Vérifier").click()
    expect(page.get_by_role("heading", name="Vos applications")).to_be_visible()


def code_recu(page: Page) -> str:
    """Le dernier code envoyé, lu dans la boîte de démonstration depuis un autre onglet."""
    boite = page.context.new_page()
    boite.goto("/demo/courriels/")
    boite.get_by_role("link", name=re.compile("Votre code|SMS")).first.click()
    code = re.search(r"\b\d{6}\b", boite.locator("article").first.inner_text())[0]
    boite.close()
    return code


def recopier_l_image(page: Page, portail: Portail) -> None:
    cle = page.locator("input[name=captcha_0]").input_value()
    page.locator("input[name=captcha_1]").fill(portail.reponse_captcha(cle))


def lien_du_courriel(page: Page, destinataire: str, sujet: str, adresse: str) -> str:
    """Ouvre dans la boîte de démonstration le dernier courriel reçu, et rend le lien qu'il porte."""
    page.goto(f"/demo/courriels/?q={destinataire}")
    page.get_by_role("link", name=re.compile(sujet)).first.click()
    expect(page.locator("article").first).to_be_visible()
    regarder(page)
    return page.locator(f"article a[href*='{adresse}']").first.get_attribute("href")


def confirmer_l_adresse(page: Page, lien: str) -> None:
    """Suit le lien de confirmation et redonne le mot de passe de l'inscription : la session s'ouvre."""
    page.goto(lien)
    page.get_by_label("Mot de passe choisi à l'inscription").fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Confirmer mon adresse").click()
    expect(page.get_by_role("status").first).to_contain_text("Votre adresse est confirmée")


def redonner_le_mot_de_passe(page: Page) -> None:
    expect(page.get_by_role("heading", name="Redonnez votre mot de passe")).to_be_visible()
    page.get_by_label("Mot de passe", exact=False).first.fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Continuer").click()


def modifier_son_identite(page: Page) -> None:
    page.goto("/mon-compte/identite/modifier/")
    expect(page.get_by_label("Prénom*", exact=True)).to_be_visible()


def atteindre(page: Page, cible: Locator) -> None:
    """Tabule jusqu'à la cible, dont l'étiquette ou l'anneau se voit."""
    for _ in range(80):
        page.keyboard.press("Tab")
        if cible.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"Le clavier n'atteint pas {cible} de {page.url}")


def taper(page: Page, cible: Locator, texte: str) -> None:
    atteindre(page, cible)
    page.keyboard.type(texte)


def presser(page: Page, cible: Locator) -> None:
    atteindre(page, cible)
    page.keyboard.press("Enter")
