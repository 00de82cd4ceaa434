"""Le classeur corrigé puis confirmé, son récépissé, sa vérification ; et une campagne tenue par un agent."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.depot import fabrique
from tests.navigateur.gestes import regarder, se_connecter

pytestmark = pytest.mark.portail("sqlite")


def fichier(contenu: bytes) -> dict:
    return {"name": "rapport.xlsx", "mimeType": "application/octet-stream", "buffer": contenu}


def deposer(page: Page, contenu: bytes) -> None:
    page.goto("/camsp-cmpp/nouveau/")
    page.get_by_label("Structure*", exact=True).select_option(index=1)
    page.get_by_label("Fichiers").set_input_files(fichier(contenu))
    page.get_by_role("button", name="Déposer").click()


def test_un_classeur_se_corrige_se_confirme_et_se_verifie(ouvrir):
    page, passante = ouvrir(), ouvrir()
    se_connecter(page, "cmoreau")

    deposer(page, fabrique.rapport(part=0.4, file_active__1_a_2_ans="env. 40", file_active__total=92.0))
    expect(page.get_by_text("cellule C5 : un nombre entier est attendu, « env. 40 » trouvé.")).to_be_visible()
    regarder(page)

    contenu = fabrique.rapport(part=0.4)
    deposer(page, contenu)
    expect(page.get_by_role("heading", name="Confirmer vos chiffres")).to_be_visible()
    page.get_by_role("button", name="Confirmer et déposer").click()
    expect(page).to_have_title(re.compile("^Erreur :"))
    regarder(page)
    page.get_by_label("Une même raison").fill("Un site a fermé en mars.")
    page.get_by_role("button", name="Confirmer et déposer").click()

    expect(page.get_by_role("heading", name="Récépissé de dépôt")).to_be_visible()
    regarder(page)
    reference = page.get_by_role("heading", level=2).first.inner_text()
    with page.expect_download() as telechargement:
        page.get_by_role("link", name="Récépissé en PDF").click()
    assert telechargement.value.suggested_filename == f"recepisse-{reference}.pdf"
    page.get_by_role("link", name="Voir les chiffres").click()
    expect(page.get_by_text("Un site a fermé en mars.").first).to_be_visible()
    regarder(page)

    verifier(passante, reference, contenu)


def verifier(page: Page, reference: str, contenu: bytes) -> None:
    """Sans compte : par la référence, puis par le fichier, dont seule l'empreinte part."""
    page.goto(f"/camsp-cmpp/verifier/{reference}/")
    expect(page.get_by_text("Ce document a été déposé le")).to_be_visible()
    regarder(page)
    page.goto("/camsp-cmpp/verifier/")
    page.get_by_label("Fichier à vérifier").set_input_files(fichier(contenu))
    expect(page.get_by_text("Ce document a été déposé le")).to_be_visible()
    page.get_by_label("Fichier à vérifier").set_input_files(fichier(contenu + b"x"))
    expect(page.get_by_text("Aucun document déposé ne répond")).to_be_visible()
    regarder(page)


def test_sans_javascript_les_corrections_et_la_confirmation_se_lisent_aussi(ouvrir):
    page = ouvrir(java_script_enabled=False)
    se_connecter(page, "cmoreau")

    deposer(page, fabrique.rapport(part=0.5, delais__attente="peu"))
    expect(page.get_by_text("1 correction à faire")).to_be_visible()
    expect(page.get_by_text("un nombre entier est attendu, « peu » trouvé.")).to_be_visible()
    deposer(page, fabrique.rapport(part=0.5))
    expect(page.get_by_role("heading", name="Confirmer vos chiffres")).to_be_visible()
    page.get_by_role("button", name="Abandonner ce dépôt").click()
    expect(page.get_by_text("n'est pas déposé.")).to_be_visible()


def test_un_agent_tient_une_campagne(ouvrir):
    page = ouvrir()
    se_connecter(page, "amarchand")
    page.goto("/camsp-cmpp/campagnes/")
    regarder(page)

    page.get_by_role("link", name="Nouvelle campagne").click()
    page.get_by_label("Année").fill("2031")
    page.get_by_label("Premier jour").fill("2031-02-01")
    page.get_by_label("Échéance").fill("2031-01-01")
    page.get_by_role("button", name="Créer la campagne").click()
    expect(page).to_have_title(re.compile("^Erreur :"))
    regarder(page)
    page.get_by_label("Échéance").fill("2031-04-30")
    page.get_by_role("button", name="Créer la campagne").click()
    expect(page.get_by_text("La campagne 2031 est créée.")).to_be_visible()
    regarder(page)

    page.get_by_role("link", name="Publier un modèle").click()
    page.get_by_label("Titre").fill("Rapport quantitatif 2031")
    page.get_by_label("Fichier").set_input_files(fichier(fabrique.rapport()))
    regarder(page)
    page.get_by_role("button", name="Publier").click()
    expect(page.get_by_text(re.compile("cellules des classeurs déposés seront vérifiées"))).to_be_visible()

    page.get_by_role("link", name="Accorder un délai").click()
    page.get_by_label("N° FINESS").fill("750790073")
    page.get_by_label("Jusqu'au").fill("2031-06-15")
    page.get_by_label("Motif").fill("Déménagement")
    page.get_by_role("button", name="Accorder le délai").click()
    expect(page.get_by_text("15/06/2031").first).to_be_visible()
    regarder(page)
