"""Chaque second facteur posé, employé, perdu ; et le passage d'une session simple à une connexion forte."""

import base64
import re
import time

import pytest
from django_otp.oath import TOTP
from playwright.sync_api import Page, expect

from tests.navigateur.gestes import MOT_DE_PASSE, code_recu, regarder, se_connecter

SECURITE = "/mon-compte/securite/"


def code_de_l_application(secret: str, *, rang: int = 0) -> str:
    """Ce que montre le téléphone ; `rang` 1 : le code d'après, pour ne pas resservir le même."""
    totp = TOTP(base64.b32decode(secret.replace(" ", "")))
    totp.time = time.time() + 30 * rang
    return f"{totp.token():06}"


def donner_le_mot_de_passe(page: Page) -> None:
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Vérification en deux étapes")).to_be_visible()


def rentrer(page: Page, identifiant: str) -> None:
    """Le mot de passe seul, dans un navigateur qui a tout oublié."""
    page.context.clear_cookies()
    page.goto("/connexion/")
    page.get_by_label("Identifiant", exact=False).first.fill(identifiant)
    page.get_by_label("Mot de passe", exact=False).first.fill(MOT_DE_PASSE)
    donner_le_mot_de_passe(page)


def choisir_un_moyen(page: Page, nom: str) -> None:
    page.goto(SECURITE)
    page.get_by_role("link", name="Ajouter un moyen de vérification").click()
    expect(page.get_by_role("heading", name="Choisissez un moyen")).to_be_visible()
    page.get_by_role("button", name=f"Ajouter {nom}").or_(page.get_by_role("link", name=f"Ajouter {nom}")).click()


def saisir(page: Page, code: str, bouton: str = "Vérifier") -> None:
    page.get_by_label(re.compile("Code de (vérification|secours)")).fill(code)
    page.get_by_role("button", name=bouton, exact=True).click()


def tout_retirer(page: Page) -> None:
    page.goto(SECURITE)
    while page.get_by_role("link", name=re.compile("^Retirer")).count():
        page.get_by_role("link", name=re.compile("^Retirer")).first.click()
        page.get_by_role("button", name="Retirer").click()
        expect(page.get_by_text("est retiré")).to_be_visible()


def est_entree(page: Page) -> None:
    expect(page.get_by_role("heading", name="Vos applications")).to_be_visible()


def test_l_application_et_ses_codes_de_secours(ouvrir):
    page = ouvrir()
    se_connecter(page, "cmoreau")
    page.goto(SECURITE)
    regarder(page)
    choisir_un_moyen(page, "une application d'authentification")
    expect(page.get_by_alt_text("Code QR")).to_be_visible()
    regarder(page)
    secret = page.locator("code").inner_text()
    saisir(page, "12", "Activer")
    expect(page.get_by_text("Saisissez les 6 chiffres du code").first).to_be_visible()
    regarder(page)
    saisir(page, code_de_l_application(secret), "Activer")

    expect(page.get_by_role("heading", name="Vous n'avez pas de codes de secours")).to_be_visible()
    regarder(page)
    page.get_by_role("button", name="Créer dix codes de secours").click()
    codes = page.locator(".codes-de-secours code").all_inner_texts()
    assert len(set(codes)) == 10
    regarder(page)
    with page.expect_download() as attente:
        page.get_by_role("link", name="Télécharger").click()
    assert attente.value.path().read_text().split() == codes

    # À l'entrée : un code faux fait attendre, le suivant ouvre.
    rentrer(page, "cmoreau")
    regarder(page)
    saisir(page, "000000")
    expect(page.get_by_text("Ce n'est pas le code que montre l'application").first).to_be_visible()
    page.wait_for_timeout(1500)
    saisir(page, code_de_l_application(secret, rang=1))
    est_entree(page)

    # Le téléphone est perdu : un code de secours ouvre, une seule fois.
    for essai, attendu in [
        (codes[0], "il vous en reste 9"),
        (codes[0], "a déjà servi"),
        (codes[1], "il vous en reste 8"),
    ]:
        if not page.get_by_label("Code de secours").is_visible():
            rentrer(page, "cmoreau")
            page.get_by_role("link", name="Code de secours").click()
        saisir(page, essai)
        expect(page.get_by_text(attendu).first).to_be_visible()
    est_entree(page)
    regarder(page)

    page.goto(SECURITE)
    regarder(page)
    page.get_by_role("link", name="Renommer").click()
    regarder(page)
    page.get_by_label("Nom", exact=False).first.fill("Téléphone du bureau")
    page.get_by_role("button", name="Enregistrer").click()
    expect(page.get_by_text("s'appelle maintenant « Téléphone du bureau »")).to_be_visible()
    page.get_by_role("link", name="Retirer").click()
    regarder(page)
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text("Inactive")).to_be_visible()


@pytest.mark.parametrize("moyen", ["un code par courriel", "un code par SMS"])
def test_un_code_ephemere(ouvrir, moyen):
    page = ouvrir()
    se_connecter(page, "cmoreau")
    choisir_un_moyen(page, moyen)
    if "SMS" in moyen:
        regarder(page)
        page.get_by_label("Numéro de téléphone mobile").fill("06 12 34 56 78")
        page.get_by_role("button", name="Recevoir un code").click()
    expect(page.get_by_role("heading", name="Saisissez le code reçu")).to_be_visible()
    regarder(page)
    saisir(page, code_recu(page), "Activer")
    expect(page.get_by_text("est activé").first).to_be_visible()
    page.get_by_role("button", name="Créer dix codes de secours").click()
    secours = page.locator(".codes-de-secours code").first.inner_text()

    # Le code est parti dès le mot de passe ; un second se demande, et dit combien attendre.
    rentrer(page, "cmoreau")
    regarder(page)
    page.get_by_role("button", name="Recevoir un autre code").click()
    expect(page.get_by_text("avant d'en demander un autre")).to_be_visible()
    saisir(page, code_recu(page))
    est_entree(page)

    # La boîte ou le téléphone est perdu : un code de secours ouvre.
    rentrer(page, "cmoreau")
    page.get_by_role("link", name="Code de secours").click()
    saisir(page, secours)
    expect(page.get_by_text("il vous en reste 9")).to_be_visible()
    page.goto(SECURITE)
    page.get_by_role("link", name="Retirer").first.click()
    page.get_by_role("button", name="Retirer").click()
    tout_retirer(page)


def test_une_cle_d_acces(ouvrir, portail):
    """Une clé appartient à un nom d'hôte : le portail se visite par localhost. L'appareil est simulé par Chromium."""
    par_son_nom = portail.adresse.replace("127.0.0.1", "localhost")
    page = ouvrir()
    se_connecter(page, "cmoreau")
    choisir_un_moyen(page, "une clé d'accès")
    expect(page.get_by_role("heading", name="Ouvrez le portail par son nom")).to_be_visible()
    regarder(page)

    page = ouvrir(base_url=par_son_nom)
    appareil = page.context.new_cdp_session(page)
    appareil.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    appareil.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    se_connecter(page, "cmoreau")
    choisir_un_moyen(page, "une clé d'accès")
    regarder(page)
    page.get_by_role("button", name="Créer la clé d'accès").click()
    expect(page.get_by_text("« Clé d'accès » est activé")).to_be_visible()

    rentrer(page, "cmoreau")
    regarder(page)
    page.get_by_role("button", name="Utiliser ma clé d'accès").click()
    est_entree(page)

    # L'appareil perdu : le navigateur ne trouve plus la clé, la page le dit ; le support rouvre l'accès.
    rentrer(page, "cmoreau")
    appareil.send("WebAuthn.disable")
    appareil.send("WebAuthn.enable")
    appareil.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    page.get_by_role("button", name="Utiliser ma clé d'accès").click()
    expect(page.get_by_role("alert")).to_contain_text("choisissez un autre moyen")
    regarder(page)
    reinitialiser_par_le_support(ouvrir(), "cmoreau")
    page.context.clear_cookies()
    se_connecter(page, "cmoreau")


def reinitialiser_par_le_support(page: Page, identifiant: str) -> None:
    se_connecter(page, "sperrin")
    page.goto(f"/admin/accounts/utilisateur/?q={identifiant}")
    page.locator("input[name=_selected_action]").check()
    page.locator("select[name=action]").select_option("reinitialiser_les_facteurs")
    page.locator("input[name=motif]").fill("Ordinateur perdu, identité vérifiée au téléphone.")
    page.locator("button[name=index]").click()
    expect(page.get_by_text(f"{identifiant} : c'est fait.")).to_be_visible()


def test_une_session_simple_passe_a_la_connexion_forte_et_va_ou_elle_allait(ouvrir):
    """La personne gestionnaire a perdu son facteur : elle en ajoute un pour rouvrir sa file."""
    page = ouvrir()
    se_connecter(page, "dlefort")
    page.goto(SECURITE)
    page.get_by_role("link", name="Retirer").click()
    page.get_by_role("button", name="Retirer").click()
    expect(page.get_by_text("Inactive")).to_be_visible()

    page.context.clear_cookies()
    se_connecter(page, "dlefort")
    page.goto("/gestion/demandes/?etat=toutes")
    expect(page.get_by_text("vous irez ensuite où vous alliez")).to_be_visible()
    regarder(page)
    page.get_by_role("button", name="Ajouter un code par courriel").click()
    saisir(page, code_recu(page), "Activer")
    expect(page).to_have_url(re.compile(r"/gestion/demandes/\?etat=toutes$"))
    regarder(page)
