"""Ce qu'une personne gestionnaire tient autour de la file, au clavier seul."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from tests.navigateur.gestes import regarder, se_connecter

pytestmark = pytest.mark.portail("sqlite")


def test_statistiques_couverture_absence_courriels_et_transfert_au_clavier(portail, ouvrir):
    page = ouvrir()
    se_connecter(page, "dlefort")
    page.goto("/gestion/demandes/")
    menu = page.get_by_role("navigation", name="Gestion")

    menu.get_by_role("link", name="Statistiques").press("Enter")
    page.get_by_label("Période", exact=True).select_option(label="3 derniers mois")
    page.get_by_role("button", name="Afficher").press("Enter")
    expect(page).to_have_url(re.compile("mois=3"))
    regarder(page)
    with page.expect_download() as attente:
        page.get_by_role("link", name="Emporter en classeur").press("Enter")
    assert attente.value.suggested_filename.endswith(".xlsx")

    menu.get_by_role("link", name="Couverture").press("Enter")
    expect(page.get_by_text("Chaque profil proposé a une personne gestionnaire partout en France.")).to_be_visible()
    regarder(page)

    menu.get_by_role("link", name="Mes réglages").press("Enter")
    page.get_by_role("button", name="Déclarer cette absence").press("Enter")
    expect(page).to_have_title(re.compile("^Erreur :"))
    regarder(page)
    page.get_by_label("Qui vous supplée").select_option(label="Sol Garnier")
    for champ, jours in [("Premier jour", 30), ("Dernier jour", 37)]:
        page.get_by_label(champ).fill((timezone.localdate() + timedelta(days=jours)).isoformat())
    page.get_by_role("button", name="Déclarer cette absence").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Sol Garnier vous supplée")
    regarder(page)
    page.get_by_role("button", name="Y mettre fin").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("Cette absence est terminée")

    page.get_by_role("link", name="Courriels de gestion").press("Enter")
    regarder(page)
    for choix in ["Un récapitulatif chaque matin", "Un courriel par demande"]:
        page.get_by_role("radio", name=choix).press("Space")
        page.get_by_role("button", name="Enregistrer").press("Enter")
        expect(page.get_by_role("status")).to_contain_text("Vos préférences sont enregistrées")
        expect(page.get_by_role("radio", name=choix)).to_be_checked()

    menu.get_by_role("link", name="Habilitations").press("Enter")
    page.get_by_role("link", name="Établissements fermés").press("Enter")
    regarder(page)
    page.get_by_role("row").filter(has_text="CAMSP").get_by_role("link").press("Enter")
    regarder(page)
    page.get_by_role("button", name="Transférer 1 habilitation").press("Enter")
    expect(page.get_by_role("status")).to_contain_text("1 personne reçoit un courriel")
    page.get_by_role("link", name="Revues", exact=True).press("Enter")
    page.get_by_role("link", name=re.compile("Revue APA-PCH")).press("Enter")
    expect(page.get_by_text("1 sur 2").first).to_be_visible()
    regarder(page)
