"""Refait les images du README devant un portail de démonstration : `python -m tests.navigateur.captures ADRESSE`."""

import sys

from playwright.sync_api import Page, sync_playwright

from tests.navigateur.conftest import CHROMIUM, RACINE
from tests.navigateur.gestes import se_connecter

DOSSIER = RACINE / "docs" / "captures"


def prendre(page: Page, nom: str, chemin: str) -> None:
    page.goto(chemin)
    page.wait_for_load_state("networkidle")
    page.screenshot(path=DOSSIER / f"{nom}.png")


def main(adresse: str) -> None:
    DOSSIER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        contexte = chromium.new_context(base_url=adresse, viewport={"width": 1280, "height": 800}, locale="fr-FR")
        page = contexte.new_page()
        prendre(page, "connexion", "/connexion/")
        se_connecter(page, "dlefort")
        prendre(page, "applications", "/")
        prendre(page, "file", "/gestion/demandes/")
        page.context.clear_cookies()
        se_connecter(page, "cmoreau")
        prendre(page, "demande", "/demande/nouvelle/?application=camsp-cmpp")
        prendre(page, "depot", "/camsp-cmpp/")
        chromium.close()


if __name__ == "__main__":
    main(sys.argv[1])
