"""Créer son compte par les deux voies, confirmer ailleurs, et ce qu'il advient des liens et des adresses connues."""

import re
import time
from unittest.mock import patch

import pytest
from django.core import signing
from playwright.sync_api import Page, expect

from accounts.jetons import Usage
from tests.navigateur.conftest import Portail
from tests.navigateur.gestes import (
    MOT_DE_PASSE,
    atteindre,
    confirmer_l_adresse,
    lien_du_courriel,
    presser,
    recopier_l_image,
    regarder,
    se_connecter,
    taper,
)


@pytest.fixture
def adresse(request):
    """Une adresse à ce test : le portail garde ses comptes d'un test à l'autre."""
    return f"{re.sub('[^a-z]+', '-', request.node.name.lower()).strip('-')}@ars-exemple.example"


def s_identifier(page: Page, portail: Portail, courriel: str, bouton: str, *, nom: str = "Martin") -> None:
    page.goto("/connexion/")
    page.get_by_role("link", name="Faire une demande d'inscription").click()
    page.get_by_label("Nom*", exact=True).fill(nom)
    page.get_by_label("Prénom*", exact=True).fill("Paul")
    page.get_by_label("Adresse courriel").fill(courriel)
    page.get_by_label("Mot de passe*", exact=True).fill(MOT_DE_PASSE)
    page.get_by_label("J'accepte les conditions d'utilisation").check()
    recopier_l_image(page, portail)
    page.get_by_role("button", name=bouton, exact=True).click()


def demander_un_camsp(page: Page, *, voir: bool = False) -> None:
    """De l'étape Applications à l'envoi ; `voir` passe chaque étape à axe-core."""
    regard = regarder if voir else lambda _page: None
    expect(page.get_by_text("Étape 2 sur 4")).to_be_visible()
    regard(page)
    page.get_by_role("link", name="CAMSP / CMPP").click()
    page.locator("label").filter(has_text="Gestionnaire CAMSP CMPP").click()
    regard(page)
    page.get_by_role("link", name="Précédent").click()
    expect(page.get_by_text("Étape 1 sur 4")).to_be_visible()
    regard(page)
    page.get_by_role("link", name="Suivant").click()
    page.get_by_role("link", name="CAMSP / CMPP").click()
    page.locator("label").filter(has_text="Gestionnaire CAMSP CMPP").click()
    page.get_by_role("button", name="Suivant").click()

    expect(page.get_by_text("Étape 3 sur 4")).to_be_visible()
    regard(page)
    page.get_by_role("link", name="Ajouter une structure").click()
    page.get_by_role("button", name="Continuer").click()
    page.get_by_label(re.compile("N° FINESS")).fill("750790073")
    page.get_by_role("button", name="Rechercher", exact=True).click()
    regard(page)
    page.get_by_role("button", name=re.compile("Ajouter CAMSP JANINE LEVY")).click()
    page.get_by_role("link", name="Suivant").click()

    expect(page.get_by_text("Étape 4 sur 4")).to_be_visible()
    page.get_by_label("Joindre un message au gestionnaire").fill("Je viens d'arriver.")
    regard(page)
    page.get_by_role("button", name="Envoyer ma demande").click()
    expect(page.get_by_role("heading", name="Consultez votre messagerie")).to_be_visible()
    expect(page.get_by_role("status")).to_contain_text("dès que votre adresse sera confirmée")
    regard(page)


def dans_la_file(page: Page, nom: str) -> int:
    page.goto(f"/gestion/demandes/?q={nom}")
    return page.get_by_role("link", name=re.compile(nom)).count()


def test_en_quatre_etapes_la_demande_part_a_la_confirmation_et_s_accepte(portail, ouvrir, adresse):
    nouvelle, messagerie, gestionnaire = ouvrir(), ouvrir(), ouvrir()
    s_identifier(nouvelle, portail, adresse, "S'inscrire et demander une application", nom="Quatremer")
    demander_un_camsp(nouvelle, voir=True)
    se_connecter(gestionnaire, "dlefort")
    assert dans_la_file(gestionnaire, "Quatremer") == 0

    messagerie.goto(lien_du_courriel(messagerie, adresse, "onfirm", "/confirmer/"))
    expect(messagerie.get_by_text("Confirmer envoie aussi la demande")).to_be_visible()
    regarder(messagerie)
    assert dans_la_file(gestionnaire, "Quatremer") == 0
    messagerie.get_by_role("link", name="Choisir un autre mot de passe").click()
    expect(messagerie.get_by_text("Confirmer envoie aussi la demande")).to_be_visible()
    messagerie.get_by_role("link", name="Retour").click()
    confirmer_l_adresse(messagerie, messagerie.url)
    expect(messagerie.get_by_role("status")).to_contain_text("a été soumise")
    regarder(messagerie)

    dans_la_file(gestionnaire, "Quatremer")
    gestionnaire.get_by_role("link", name=re.compile("Quatremer")).click()
    expect(gestionnaire.get_by_text("Création de compte")).to_be_visible()
    expect(gestionnaire.get_by_text("Je viens d'arriver.")).to_be_visible()
    regarder(gestionnaire)
    gestionnaire.get_by_role("button", name="Accepter la demande").click()
    expect(gestionnaire.locator(".messages")).to_contain_text("acceptée")

    se_connecter(nouvelle, "pquatremer")
    expect(nouvelle.get_by_role("link", name="CAMSP / CMPP")).to_be_visible()
    nouvelle.goto("/mon-compte/demandes/")
    expect(nouvelle.get_by_text("0 en attente / 1 acceptée / 0 refusée")).to_be_visible()
    regarder(nouvelle)


def test_en_quatre_etapes_sans_javascript(portail, ouvrir, adresse):
    page = ouvrir(java_script_enabled=False)
    s_identifier(page, portail, adresse, "S'inscrire et demander une application")
    demander_un_camsp(page)


def test_une_erreur_d_identification_garde_les_quatre_etapes(portail, ouvrir):
    page = ouvrir()
    page.goto("/inscription/")
    page.get_by_label("Nom*", exact=True).fill("Martin")
    page.get_by_role("button", name="S'inscrire et demander une application").click()
    expect(page).to_have_title(re.compile("^Erreur :"))
    expect(page.get_by_text("Étape 1 sur 4")).to_be_visible()
    expect(page.get_by_label("Nom*", exact=True)).to_have_value("Martin")
    regarder(page)


def test_annuler_la_demande_garde_l_inscription(portail, ouvrir, adresse):
    page = ouvrir()
    s_identifier(page, portail, adresse, "S'inscrire et demander une application")
    page.get_by_role("link", name="CAMSP / CMPP").click()
    page.locator("label").filter(has_text="Gestionnaire CAMSP CMPP").click()
    page.get_by_role("button", name="Suivant").click()
    page.get_by_role("link", name="Annuler ma demande").click()
    regarder(page)
    page.get_by_role("button", name="Annuler ma demande").click()
    expect(page.get_by_role("status")).to_contain_text("abandonnée")
    expect(page.get_by_role("heading", name="Consultez votre messagerie")).to_be_visible()


def test_seule_l_inscription_se_confirme_dans_un_autre_navigateur(portail, ouvrir, adresse):
    nouvelle, messagerie, lecteur_automatique = ouvrir(), ouvrir(), ouvrir()
    s_identifier(nouvelle, portail, adresse, "S'inscrire", nom="Solitaire")
    expect(nouvelle).to_have_url(re.compile("/inscription/envoyee/"))
    lien = lien_du_courriel(messagerie, adresse, "onfirm", "/confirmer/")

    # Une messagerie qui ouvre les liens pour les vérifier ne confirme rien, et n'use pas le lien.
    for _ in range(2):
        lecteur_automatique.goto(lien)
        lecteur_automatique.request.head(lien)
    messagerie.goto(lien)
    expect(messagerie.get_by_text("Confirmer envoie aussi")).to_have_count(0)
    confirmer_l_adresse(messagerie, lien)

    lecteur_automatique.goto(lien)
    expect(lecteur_automatique.get_by_role("heading", name="Votre adresse est déjà confirmée")).to_be_visible()
    regarder(lecteur_automatique)
    se_connecter(nouvelle, "psolitaire")


@pytest.mark.portail("sqlite")
def test_s_inscrire_et_confirmer_son_adresse_au_clavier_seul(portail, ouvrir, adresse):
    page = ouvrir()
    page.goto("/connexion/")
    presser(page, page.get_by_role("link", name="Faire une demande d'inscription"))
    taper(page, page.get_by_label("Nom*", exact=True), "Clavier")
    taper(page, page.get_by_label("Prénom*", exact=True), "Paule")
    presser(page, page.locator("summary").filter(has_text="Ajouter une structure d'appartenance"))
    taper(page, page.get_by_label("N° FINESS, ou nom et commune"), "750790073")
    taper(page, page.get_by_label("Adresse courriel"), adresse)
    taper(page, page.get_by_label("Mot de passe*", exact=True), MOT_DE_PASSE)
    cle = page.locator("input[name=captcha_0]")
    ancienne = cle.input_value()
    presser(page, page.get_by_role("button", name="Une autre image"))
    expect(cle).not_to_have_value(ancienne)
    taper(page, page.get_by_label("Caractères de l'image"), portail.reponse_captcha(cle.input_value()))
    atteindre(page, page.get_by_label("J'accepte les conditions d'utilisation"))
    page.keyboard.press("Space")
    presser(page, page.get_by_role("button", name="S'inscrire", exact=True))
    expect(page.get_by_role("heading", name="Consultez votre messagerie")).to_be_visible()

    page.goto(lien_du_courriel(page, adresse, "onfirm", "/confirmer/"))
    taper(page, page.get_by_label("Mot de passe choisi à l'inscription"), "Je-ne-sais-pas-1")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_be_focused()
    presser(page, page.get_by_role("link", name="Choisir un autre mot de passe"))
    presser(page, page.get_by_role("link", name="Retour"))
    taper(page, page.get_by_label("Mot de passe choisi à l'inscription"), MOT_DE_PASSE)
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").first).to_contain_text("Votre adresse est confirmée")


def vieillir(lien: str) -> str:
    """Le même lien, signé par le portail il y a un mois."""
    debut, _, jeton = lien.removesuffix("/").rpartition("/")
    contenu = signing.loads(jeton, salt=f"accounts.{Usage.CONFIRMATION}")
    with patch("django.core.signing.time.time", return_value=time.time() - 30 * 24 * 3600):
        return f"{debut}/{signing.dumps(contenu, salt=f'accounts.{Usage.CONFIRMATION}')}/"


@pytest.mark.parametrize("abimer", [vieillir, lambda lien: f"{lien[:-3]}xx/"], ids=["perime", "incomplet"])
def test_un_lien_qui_ne_sert_plus_se_redemande(portail, ouvrir, adresse, abimer):
    page = ouvrir()
    s_identifier(page, portail, adresse, "S'inscrire", nom="Perdu")
    page.goto(abimer(lien_du_courriel(page, adresse, "onfirm", "/confirmer/")))
    expect(page.get_by_role("heading", name="Ce lien ne sert plus")).to_be_visible()
    regarder(page)
    page.get_by_role("link", name="Demander un nouveau courriel").click()
    page.get_by_label("Adresse courriel").fill(adresse)
    recopier_l_image(page, portail)
    regarder(page)
    page.get_by_role("button", name="Recevoir le courriel").click()
    expect(page).to_have_url(re.compile("/confirmation/renvoyee/"))
    regarder(page)
    confirmer_l_adresse(page, lien_du_courriel(page, adresse, "onfirm", "/confirmer/"))


@pytest.mark.parametrize("javascript", [True, False], ids=["javascript", "sans-javascript"])
def test_le_titulaire_d_une_adresse_inscrite_par_un_autre_choisit_son_mot_de_passe(
    portail, ouvrir, adresse, javascript
):
    intrus, titulaire = ouvrir(), ouvrir(java_script_enabled=javascript)
    s_identifier(intrus, portail, adresse, "S'inscrire", nom="Usurpe" if javascript else "Usurpebis")
    lien = lien_du_courriel(intrus, adresse, "onfirm", "/confirmer/")
    titulaire.goto(lien)
    titulaire.get_by_label("Mot de passe choisi à l'inscription").fill("Je-ne-sais-pas-1")
    titulaire.get_by_role("button", name="Confirmer mon adresse").click()
    expect(titulaire).to_have_title(re.compile("^Erreur :"))
    expect(titulaire.get_by_text("Ce n'est pas le mot de passe choisi à l'inscription").first).to_be_visible()
    if javascript:
        regarder(titulaire)
    titulaire.get_by_role("link", name="Choisir un autre mot de passe").click()
    if javascript:
        regarder(titulaire)
    titulaire.get_by_label("Nouveau mot de passe*", exact=True).fill("Pivoines-Rouges-31")
    titulaire.get_by_role("button", name="Confirmer mon adresse").click()
    expect(titulaire.get_by_role("heading", name="Vos applications")).to_be_visible()
    intrus.goto("/connexion/")
    intrus.get_by_label("Identifiant", exact=False).first.fill(adresse)
    intrus.get_by_label("Mot de passe", exact=False).first.fill(MOT_DE_PASSE)
    intrus.get_by_role("button", name="Se connecter").click()
    expect(intrus.get_by_text("est incorrect").first).to_be_visible()


def test_la_structure_d_appartenance_se_cherche_et_le_telephone_se_normalise(portail, ouvrir, adresse):
    page = ouvrir()
    page.goto("/inscription/")
    page.locator("summary").filter(has_text="Ajouter une structure d'appartenance").click()
    champ = page.get_by_label("N° FINESS, ou nom et commune")
    champ.press_sequentially("janine levy")
    expect(page.locator("#structures-proposees option").first).to_have_attribute("value", re.compile("JANINE LEVY"))
    champ.fill("CAMSP JANINE LEVY (750790073)")
    page.get_by_label("Numéro de téléphone professionnel").fill("01 23 45 67 89")
    page.get_by_label("Nom*", exact=True).fill("Rattache")
    page.get_by_label("Prénom*", exact=True).fill("Paul")
    page.get_by_label("Adresse courriel").fill(adresse)
    page.get_by_label("Mot de passe*", exact=True).fill(MOT_DE_PASSE)
    page.get_by_label("J'accepte les conditions d'utilisation").check()
    recopier_l_image(page, portail)
    page.get_by_role("button", name="S'inscrire", exact=True).click()
    confirmer_l_adresse(page, lien_du_courriel(page, adresse, "onfirm", "/confirmer/"))
    page.goto("/mon-compte/identite/")
    expect(page.get_by_text("+33 1 23 45 67 89")).to_be_visible()
    expect(page.get_by_text("CAMSP JANINE LEVY")).to_be_visible()


@pytest.mark.parametrize("voie", ["S'inscrire", "S'inscrire et demander une application"])
def test_une_adresse_connue_voit_les_memes_pages_et_recoit_un_autre_courriel(portail, ouvrir, voie):
    """La gestionnaire de la démonstration a déjà un compte : un tiers qui s'inscrit avec son adresse n'en sait rien."""
    tiers, titulaire = ouvrir(), ouvrir()
    courriel = "dominique.lefort@organisme.example"
    s_identifier(tiers, portail, courriel, voie)
    if voie != "S'inscrire":
        demander_un_camsp(tiers)
    expect(tiers.get_by_text(courriel)).to_be_visible()
    titulaire.goto(f"/demo/courriels/?q={courriel}")
    expect(titulaire.get_by_role("link", name="Vous avez déjà un compte").first).to_be_visible()
    se_connecter(titulaire, "dlefort")
    titulaire.goto("/mon-compte/demandes/")
    expect(titulaire.get_by_text("Vous n'avez fait aucune demande.")).to_be_visible()


def test_une_recherche_apres_la_session_mene_a_la_connexion_et_revient(portail, ouvrir):
    page = ouvrir()
    se_connecter(page, "cmoreau")
    page.goto("/demande/nouvelle/")
    page.context.clear_cookies(name="session")
    page.get_by_label("Rechercher une application").press_sequentially("camsp")
    expect(page.get_by_role("heading", name="Se connecter avec mon compte")).to_be_visible()
    page.get_by_label("Identifiant").first.fill("cmoreau")
    page.get_by_label("Mot de passe", exact=False).first.fill(MOT_DE_PASSE)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.get_by_role("heading", name="Choisissez une application")).to_be_visible()
