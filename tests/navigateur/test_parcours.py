"""Le parcours entier, de la création du compte aux récépissés, tel que le joue une personne devant son écran."""

import hashlib
import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.navigateur.conftest import RACINE, Portail
from tests.navigateur.gestes import (
    MOT_DE_PASSE,
    confirmer_l_adresse,
    lien_du_courriel,
    recopier_l_image,
    regarder,
    se_connecter,
)

RAPPORTS = RACINE / "fixtures" / "depot"
COURRIEL = "yamina.zemirli@camsp-exemple.example"


@pytest.mark.portail("sqlite", "complet")
def test_de_la_creation_du_compte_aux_recepisses(portail, ouvrir):
    nouvelle, gestionnaire = ouvrir(), ouvrir()

    creer_son_compte(nouvelle, portail)
    demander_le_camsp_janine_levy(nouvelle)

    se_connecter(gestionnaire, "dlefort")
    regarder(gestionnaire)
    accepter_la_demande(gestionnaire)

    ouvrir_la_tuile(nouvelle)
    for nature, fichier in [("quantitatif", "rapport-quantitatif.xlsx"), ("qualitatif", "rapport-qualitatif.pdf")]:
        deposer(nouvelle, nature, fichier)
    retrouver_ses_documents(nouvelle)
    verifier_les_courriels(nouvelle, portail)


def creer_son_compte(page: Page, portail: Portail) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Bienvenue sur le Portail d'accès sécurisé aux services")).to_be_visible()
    regarder(page)
    page.get_by_role("link", name="Faire une demande d'inscription").click()
    regarder(page)

    page.get_by_role("button", name="S'inscrire", exact=True).click()
    expect(page).to_have_title(re.compile("^Erreur :"))
    regarder(page)

    page.get_by_label("Nom*", exact=True).fill("Zemirli")
    page.get_by_label("Prénom*", exact=True).fill("Yamina")
    page.get_by_label("Numéro de téléphone professionnel").fill("01 23 45 67 89")
    page.get_by_label("Adresse courriel").fill(COURRIEL)
    page.get_by_label("Mot de passe*", exact=True).fill(MOT_DE_PASSE)
    page.get_by_label("J'accepte les conditions d'utilisation").check()
    recopier_l_image(page, portail)
    page.get_by_role("button", name="S'inscrire", exact=True).click()
    expect(page).to_have_url(re.compile("/inscription/envoyee/"))
    regarder(page)

    confirmer_l_adresse(page, lien_du_courriel(page, COURRIEL, "onfirm", "/confirmer/"))
    expect(page.get_by_role("heading", name="Vos applications")).to_be_visible()
    regarder(page)


def demander_le_camsp_janine_levy(page: Page) -> None:
    page.get_by_role("link", name="Nouvelle demande").first.click()
    expect(page.get_by_role("heading", name="Choisissez une application")).to_be_visible()
    regarder(page)
    page.get_by_role("link", name="CAMSP / CMPP").click()
    expect(page.get_by_text("Gestionnaire CAMSP CMPP")).to_be_visible()
    regarder(page)
    page.locator("label").filter(has_text="Gestionnaire CAMSP CMPP").click()
    page.get_by_role("button", name="Suivant").click()

    expect(page.get_by_text("Aucune structure")).to_be_visible()
    regarder(page)
    page.get_by_role("link", name="Ajouter une structure").click()
    regarder(page)
    page.get_by_role("button", name="Continuer").click()
    regarder(page)
    page.get_by_label(re.compile("N° FINESS")).fill("750790074")
    page.get_by_role("button", name="Rechercher", exact=True).click()
    expect(page).to_have_title(re.compile("^Erreur :"))
    regarder(page)
    page.get_by_role("link", name="Recherche globale").click()
    regarder(page)
    page.get_by_role("searchbox").or_(page.get_by_label("Nom, ville")).first.fill("janine levy paris")
    expect(page.get_by_text("CAMSP JANINE LEVY").first).to_be_visible()
    regarder(page)
    page.get_by_role("link", name="Rechercher par n°FINESS").click()
    page.get_by_label(re.compile("N° FINESS")).fill("750 79")
    expect(page.get_by_text("CAMSP JANINE LEVY").first).to_be_visible()
    page.get_by_label(re.compile("N° FINESS")).fill("750 790 073")
    page.get_by_role("button", name="Rechercher", exact=True).click()
    expect(page.get_by_text("Paris 12e Arrondissement (75012)")).to_be_visible()
    regarder(page)
    page.get_by_role("button", name=re.compile("Ajouter CAMSP JANINE LEVY")).click()
    expect(page.get_by_role("heading", name="Structures (1)")).to_be_visible()
    regarder(page)
    page.get_by_role("link", name="Suivant").click()

    expect(page.get_by_role("heading", name="Récapitulatif de la demande")).to_be_visible()
    expect(page.get_by_text("N° FINESS : 750790073")).to_be_visible()
    page.get_by_label("Joindre un message au gestionnaire").fill("Je prends la direction du CAMSP.")
    regarder(page)
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.get_by_text("Votre demande a été soumise.")).to_be_visible()
    expect(page.get_by_text("1 en attente / 0 acceptée / 0 refusée")).to_be_visible()
    regarder(page)


def accepter_la_demande(page: Page) -> None:
    page.get_by_role("link", name=re.compile("ADMINISTRATION")).click()
    regarder(page)
    page.get_by_label(re.compile("Rechercher|Personne")).first.fill("janine levy")
    page.get_by_role("button", name=re.compile("Filtrer|Rechercher")).click()
    page.get_by_role("link", name=re.compile("Zemirli")).click()
    expect(page.get_by_text("Je prends la direction du CAMSP.")).to_be_visible()
    regarder(page)
    page.get_by_text("Refuser", exact=True).click()
    page.get_by_role("button", name="Refuser la demande").click()
    expect(page.get_by_text("Indiquez le motif").first).to_be_visible()
    regarder(page)
    page.get_by_text("Accepter", exact=True).click()
    page.get_by_role("button", name="Accepter la demande").click()
    expect(page.locator(".messages")).to_contain_text("acceptée")
    regarder(page)


def ouvrir_la_tuile(page: Page) -> None:
    page.goto("/")
    page.get_by_role("link", name="CAMSP / CMPP").click()
    expect(
        page.get_by_role("heading", name="Bienvenue sur la plateforme de dépôt des rapports d'activité CAMSP et CMPP")
    ).to_be_visible()
    regarder(page)


def deposer(page: Page, nature: str, fichier: str) -> None:
    page.goto("/camsp-cmpp/")
    page.get_by_role("link", name="Nouveau").click()
    regarder(page)
    page.get_by_label("Fichiers").set_input_files(RAPPORTS / fichier)
    expect(page.get_by_label(f"Nature de {fichier}")).to_have_value(nature)
    page.get_by_role("button", name="Déposer").click()
    expect(page.get_by_role("heading", name="Récépissé de dépôt")).to_be_visible()
    expect(page.get_by_text(hashlib.sha256((RAPPORTS / fichier).read_bytes()).hexdigest())).to_be_visible()
    regarder(page)


def retrouver_ses_documents(page: Page) -> None:
    for lien in ["Documents", "Zone de dépôt", "Liste Finess", "Corbeille"]:
        page.get_by_role("link", name=lien, exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_be_visible()
        regarder(page)
    page.get_by_role("link", name="Documents", exact=True).click()
    with page.expect_download() as attente:
        page.get_by_role("link", name=re.compile("Télécharger.*rapport-qualitatif.pdf")).click()
    assert attente.value.path().read_bytes() == (RAPPORTS / "rapport-qualitatif.pdf").read_bytes()


def verifier_les_courriels(page: Page, portail: Portail) -> None:
    """Confirmation, accusé, décision, deux récépissés : un de chaque, et tous partis quand il y a une messagerie."""
    page.goto(f"/demo/courriels/?q={COURRIEL}")
    regarder(page)
    objets = page.locator("tbody th").all_inner_texts()
    assert len(objets) == 5, objets
    if portail.recus is not None:
        attendre_les_envois(portail, nombre=5)
        references = [message["Message-ID"] for message in portail.recus]
        assert len(references) == len(set(references))


def attendre_les_envois(portail: Portail, nombre: int) -> None:
    limite = time.monotonic() + 30
    while time.monotonic() < limite:
        if sum(COURRIEL in message["To"] for message in portail.recus) >= nombre:
            return
        time.sleep(0.2)
    recus = [(message["To"], message["Subject"]) for message in portail.recus]
    raise AssertionError(f"Courriels reçus par la messagerie : {recus}")
