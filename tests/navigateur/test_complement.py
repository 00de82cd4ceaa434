"""La question posée, la réponse, la décision et son annulation, vues des deux personnes."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.navigateur.gestes import lien_du_courriel, regarder, se_connecter

pytestmark = pytest.mark.portail("sqlite")


QUESTION = "Quel est votre rôle dans cet établissement ?"
REPONSE = "J'en suis la secrétaire depuis septembre."


def ouvrir_la_demande_de(page: Page, nom: str) -> None:
    page.goto("/gestion/demandes/?etat=en_attente")  # sans les filtres qu'un autre parcours aurait retenus
    page.get_by_role("link", name=re.compile(nom)).first.click()
    expect(page.get_by_role("heading", name="Pour décider")).to_be_visible()


def test_une_question_va_revient_puis_la_decision_s_annule(ouvrir):
    gestionnaire, personne = ouvrir(), ouvrir()
    se_connecter(gestionnaire, "dlefort")
    ouvrir_la_demande_de(gestionnaire, "Castel")
    regarder(gestionnaire)
    voir_le_refus_d_avance(gestionnaire)
    laisser_une_note(gestionnaire)
    demander_un_complement(gestionnaire)

    se_connecter(personne, "mcastel")
    repondre_au_complement(personne)

    ouvrir_la_demande_de(gestionnaire, "Castel")
    expect(gestionnaire.get_by_text(REPONSE)).to_be_visible()
    regarder(gestionnaire)
    accepter_puis_annuler(gestionnaire, personne)


def voir_le_refus_d_avance(page: Page) -> None:
    """Le texte prêt remplit le motif, le courriel se lit sur place ; rien n'est décidé."""
    page.get_by_text("Refuser", exact=True).click()
    page.get_by_label("Texte prêt").filter(visible=True).select_option(label="Adresse à rattacher")
    motif = page.get_by_label("Motif du refus")
    expect(motif).to_have_value(re.compile("Maé"))
    page.get_by_role("button", name="Voir le courriel").filter(visible=True).click()
    expect(page.get_by_role("heading", name="Votre demande d'habilitation est refusée")).to_be_visible()
    regarder(page)


def laisser_une_note(page: Page) -> None:
    page.get_by_label("Ajouter une note").fill("Jointe au téléphone.")
    page.get_by_role("button", name="Enregistrer la note").click()
    expect(page.locator(".messages")).to_contain_text("La note est enregistrée")
    expect(page.get_by_text("Jointe au téléphone.")).to_be_visible()


def demander_un_complement(page: Page) -> None:
    page.get_by_text("Demander un complément", exact=True).first.click()
    page.get_by_role("button", name="Demander un complément").click()
    expect(page.get_by_text("Écrivez ce qu'il faut compléter").first).to_be_visible()
    regarder(page)
    page.get_by_label("Questions à la personne").fill(QUESTION)
    page.get_by_role("button", name="Demander un complément").click()
    expect(page.locator(".messages")).to_contain_text("La question est posée à Maé Castel")


def repondre_au_complement(page: Page) -> None:
    courriel = "mae.castel@structure-050000207.example"
    page.goto(lien_du_courriel(page, courriel, "à compléter", "/mon-compte/demandes/"))
    expect(page.get_by_text(QUESTION)).to_be_visible()
    regarder(page)
    page.get_by_role("link", name="Répondre").click()
    regarder(page)
    page.get_by_label("Votre réponse").fill(REPONSE)
    page.get_by_role("button", name="Ajouter une structure").click()
    expect(page.get_by_role("heading", name="Compléter ma demande")).to_be_visible()
    regarder(page)
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label("N° FINESS").fill("750790073")
    page.get_by_role("button", name="Rechercher").click()
    page.get_by_role("button", name=re.compile("^Ajouter")).click()
    expect(page.locator(".messages")).to_contain_text("est ajoutée")
    expect(page.get_by_role("heading", name="Structures (2)")).to_be_visible()
    expect(page.get_by_label("Votre réponse")).to_have_value(REPONSE)
    page.get_by_role("button", name=re.compile("Retirer CAMSP")).click()
    expect(page.get_by_role("heading", name="Structures (1)")).to_be_visible()
    regarder(page)
    page.get_by_role("button", name="Envoyer ma réponse").click()
    expect(page.locator(".messages")).to_contain_text("Votre réponse est envoyée")
    regarder(page)


def accepter_puis_annuler(gestionnaire: Page, personne: Page) -> None:
    gestionnaire.get_by_role("button", name="Accepter la demande").click()
    expect(gestionnaire.locator(".messages")).to_contain_text("acceptée")
    regarder(gestionnaire)
    personne.goto("/")
    expect(personne.get_by_role("link", name="CAMSP / CMPP")).to_be_visible()

    gestionnaire.get_by_role("button", name=re.compile("Annuler ma décision")).click()
    expect(gestionnaire.locator(".messages")).to_contain_text("Votre décision est annulée")
    expect(gestionnaire.get_by_role("button", name="Accepter la demande")).to_be_visible()
    regarder(gestionnaire)
    personne.goto("/")
    expect(personne.get_by_role("link", name="CAMSP / CMPP")).to_have_count(0)


def test_au_clavier_seul_une_question_puis_un_refus(ouvrir):
    page = ouvrir()
    se_connecter(page, "dlefort")
    ouvrir_la_demande_de(page, "Roussel")
    aller_a(page, "Demander un complément")
    page.keyboard.press("Enter")
    aller_a(page, "completer-motif")
    page.keyboard.type("Qui remplacez-vous ?")
    aller_a(page, "Demander un complément")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("La question est posée à Eden Roussel")

    ouvrir_la_demande_de(page, "Delmas")
    aller_a(page, "Refuser")
    page.keyboard.press("Space")
    aller_a(page, "refuser-motif")
    page.keyboard.type("Adresse inconnue.")
    aller_a(page, "Refuser la demande")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("La demande de Sasha Delmas est refusée")
    aller_a(page, "Annuler ma décision")
    page.keyboard.press("Enter")
    expect(page.locator(".messages")).to_contain_text("Votre décision est annulée")


def aller_a(page: Page, cible: str) -> None:
    """Avance de tabulation en tabulation jusqu'à l'élément de ce texte, ou de cet identifiant."""
    for _ in range(60):
        page.keyboard.press("Tab")
        atteint = page.evaluate("document.activeElement.id || document.activeElement.innerText.trim()")
        if atteint.startswith(cible):
            return
    raise AssertionError(f"« {cible} » ne s'atteint pas au clavier.")


def test_sans_javascript_le_texte_pret_et_le_courriel_sont_des_etapes(ouvrir):
    gestionnaire, personne = ouvrir(java_script_enabled=False), ouvrir(java_script_enabled=False)
    se_connecter(gestionnaire, "dlefort")
    ouvrir_la_demande_de(gestionnaire, "Pelletier")
    gestionnaire.get_by_text("Demander un complément", exact=True).first.click()
    gestionnaire.get_by_label("Texte prêt").filter(visible=True).select_option(index=1)
    gestionnaire.get_by_role("button", name="Reprendre ce texte").filter(visible=True).click()
    questions = gestionnaire.get_by_label("Questions à la personne")
    expect(questions).to_have_value(re.compile("Quel est votre rôle"))
    gestionnaire.get_by_role("button", name="Voir le courriel").filter(visible=True).click()
    expect(gestionnaire.get_by_role("heading", name="Le courriel tel qu'il partira")).to_be_visible()
    gestionnaire.get_by_role("button", name="Modifier le texte").click()
    expect(questions).to_have_value(re.compile("Quel est votre rôle"))
    gestionnaire.get_by_role("button", name="Voir le courriel").filter(visible=True).click()
    gestionnaire.get_by_role("button", name="Demander un complément").click()
    expect(gestionnaire.locator(".messages")).to_contain_text("La question est posée à Ange Pelletier")

    se_connecter(personne, "apelletier")
    personne.goto("/mon-compte/demandes/")
    personne.get_by_role("link", name=re.compile("^Répondre")).click()
    personne.get_by_label("Votre réponse").fill("Je suis la directrice.")
    personne.get_by_role("button", name="Finir plus tard").click()
    expect(personne.locator(".messages")).to_contain_text("pas encore envoyée")
    personne.get_by_role("link", name="Répondre").click()
    expect(personne.get_by_label("Votre réponse")).to_have_value("Je suis la directrice.")
    personne.get_by_role("button", name="Envoyer ma réponse").click()
    expect(personne.locator(".messages")).to_contain_text("Votre réponse est envoyée")
