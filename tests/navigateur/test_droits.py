"""La vie d'une habilitation, des deux côtés : qui la demande et s'en étonne, qui la suspend et la revoit."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.navigateur.gestes import regarder, se_connecter

pytestmark = pytest.mark.portail("sqlite")


def test_sans_javascript_deux_onglets_n_envoient_la_demande_qu_une_fois(portail, ouvrir):
    page = ouvrir(java_script_enabled=False)
    se_connecter(page, "cmoreau")
    page.goto("/demande/nouvelle/?application=chargement-en-masse")
    page.locator("label").filter(has_text="Autorité de tarification").click()
    page.get_by_role("button", name="Suivant").click()
    page.get_by_role("link", name="Ajouter une structure").click()
    page.get_by_label(re.compile("Type de structures")).select_option("ars")
    page.get_by_role("button", name="Continuer").click()
    page.get_by_role("button", name=re.compile("^Ajouter")).first.click()
    page.get_by_role("link", name="Suivant").click()
    expect(page.get_by_text("Type de demande : Ajout de profil.")).to_be_visible()

    autre = page.context.new_page()
    autre.goto(page.url)
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.get_by_text("Votre demande a été soumise.")).to_be_visible()
    autre.get_by_role("button", name="Envoyer ma demande").click()
    expect(autre.get_by_text("Cette demande a déjà été envoyée")).to_be_visible()
    page.go_back()
    expect(page).to_have_url(re.compile("/mon-compte/demandes/"))
    page.get_by_role("link", name="Supprimer la demande").click()
    page.get_by_role("button", name="Supprimer la demande").click()
    expect(page.get_by_text("Votre demande est retirée.")).to_be_visible()


def test_la_personne_lit_pourquoi_une_application_manque_et_ce_qu_elle_rendrait(portail, ouvrir):
    page = ouvrir()
    se_connecter(page, "cmoreau")
    page.get_by_role("link", name="Voir pourquoi").click()
    expect(page.get_by_role("heading", name="Il manque une application ?")).to_be_visible()
    regarder(page)
    page.goto("/mon-compte/habilitations/")
    regarder(page)
    page.get_by_role("link", name=re.compile("^Quitter")).first.click()
    regarder(page)
    page.locator("label").filter(has_text="Une autre personne").click()
    page.get_by_role("button", name="Quitter la structure").click()
    expect(page.get_by_text("Saisissez l'adresse de la personne").first).to_be_visible()
    regarder(page)


def test_une_personne_gestionnaire_suspend_reprend_et_revoit_au_clavier(portail, ouvrir):
    page = ouvrir()
    se_connecter(page, "dlefort")
    page.goto("/gestion/habilitations/?q=Lenoir")
    regarder(page)
    page.get_by_role("link", name=re.compile("Sam Lenoir")).first.press("Enter")
    for geste, suite in [("Suspendre l'habilitation", "est suspendue"), ("Lever la suspension", "de nouveau ouverte")]:
        volet = page.locator("details.geste").filter(has_text=geste)
        volet.locator("summary").press("Enter")
        volet.get_by_label(re.compile("Motif")).fill("Vérification de l'établissement.")
        regarder(page)
        volet.get_by_role("button", name=geste).press("Enter")
        expect(page.get_by_role("status")).to_contain_text(suite)

    page.goto("/gestion/revues/nouvelle/")
    regarder(page)
    page.get_by_label(re.compile("Application")).select_option(label="Conférence des Financeurs")
    page.get_by_label(re.compile("À finir pour le")).fill((timezone.localdate() + timedelta(days=30)).isoformat())
    page.get_by_role("button", name="Ouvrir la revue").press("Enter")
    expect(page.get_by_text("il n'y a rien à revoir").first).to_be_visible()
    page.get_by_label(re.compile("Application")).select_option(label="CAMSP / CMPP")
    page.get_by_role("button", name="Ouvrir la revue").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("La revue est ouverte")
    regarder(page)
    page.get_by_label(re.compile("Choisir Sam Lenoir")).first.press("Space")
    page.get_by_role("button", name="Confirmer les choisies").press("Enter")
    regarder(page)
    page.get_by_role("button", name=re.compile("Confirmer 1 habilitation")).press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 habilitation confirmée.")
    page.get_by_role("link", name="Clore la revue").press("Enter")
    regarder(page)
    page.get_by_role("button", name="Clore la revue").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("La revue est close")
    page.goto("/gestion/transferts/")
    regarder(page)
