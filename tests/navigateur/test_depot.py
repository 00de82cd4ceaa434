"""Déposer : plusieurs fichiers, plusieurs structures, une coupure, le clavier, sans JavaScript."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.depot import fabrique
from tests.navigateur.conftest import RACINE
from tests.navigateur.gestes import regarder, se_connecter

RAPPORTS = RACINE / "fixtures" / "depot"
TELEPHONE = {"width": 390, "height": 844}


pytestmark = pytest.mark.portail("sqlite")


def nouveau(page: Page) -> None:
    se_connecter(page, "cmoreau")
    page.goto("/camsp-cmpp/nouveau/")


def choisir_la_structure(page: Page, rang: int = 1) -> str:
    """Choisit la structure de ce rang, et rend son numéro."""
    return page.get_by_label("Structure*", exact=True).select_option(index=rang)[0]


def fichier(nom: str, contenu: bytes) -> dict:
    return {"name": nom, "mimeType": "application/octet-stream", "buffer": contenu}


def lourd(document) -> None:
    document.Root.Lourd = document.make_stream(bytes(range(256)) * 40_000)


@pytest.mark.parametrize(
    "options", [{}, {"viewport": TELEPHONE, "has_touch": True, "is_mobile": True}], ids=["ordinateur", "téléphone"]
)
def test_une_personne_depose_tous_ses_fichiers_pour_ses_structures_en_une_fois(ouvrir, options):
    page = ouvrir(**options)
    nouveau(page)
    choisir_la_structure(page)
    page.get_by_label("Fichiers").set_input_files(
        [
            fichier("bilan.docx", fabrique.rapport(structure__nom="Structure du bilan")),
            fichier("projet.pdf", fabrique.pdf()),
            fichier("vide.pdf", b""),
        ]
    )
    # La nature vient du contenu, non du nom ; elle se change.
    expect(page.get_by_label("Nature de bilan.docx")).to_have_value("quantitatif")
    expect(page.get_by_label("Nature de projet.pdf")).to_have_value("qualitatif")
    page.get_by_label("Structure de projet.pdf").select_option(index=2)
    regarder(page)

    page.get_by_role("button", name="Déposer").click()

    expect(page.get_by_text("2 fichiers reçus, 1 à revoir.")).to_be_visible()
    expect(page.get_by_text("Le fichier est vide (0 octet).")).to_be_visible()
    regarder(page)
    page.get_by_role("link", name="Voir les récépissés").click()
    expect(page.get_by_role("heading", name="Récépissé de dépôt")).to_be_visible()
    expect(page.get_by_text("bilan.xlsx").first).to_be_visible()
    numeros = page.get_by_text(re.compile(r"N° FINESS : \d{9}")).all_inner_texts()
    assert len(set(numeros)) == 2


def test_un_fichier_refuse_pour_sa_case_se_redepose_dans_la_bonne(ouvrir):
    page = ouvrir()
    nouveau(page)
    choisir_la_structure(page)
    page.get_by_label("Fichiers").set_input_files(fichier("case.pdf", fabrique.pdf()))
    page.get_by_label("Nature de case.pdf").select_option("quantitatif")
    page.get_by_role("button", name="Déposer").click()
    expect(page.get_by_text("Vous avez déposé un document PDF dans la case Excel.")).to_be_visible()

    page.get_by_label("Nature de case.pdf").select_option("qualitatif")
    page.get_by_role("button", name="Déposer").click()

    expect(page.get_by_role("heading", name="Récépissé de dépôt")).to_be_visible()


def test_un_fichier_se_glisse_se_retire_et_se_reprend(ouvrir):
    page = ouvrir()
    nouveau(page)
    glisser(page, "a.pdf", "b.pdf")
    expect(page.get_by_text("2 fichiers à déposer.")).to_be_visible()

    page.get_by_role("button", name="Retirer a.pdf").click()

    expect(page.get_by_text("1 fichier à déposer.")).to_be_visible()
    expect(page.get_by_role("button", name="Retirer b.pdf")).to_be_focused()
    page.get_by_role("button", name="Déposer").click()
    expect(page.get_by_text("Choisissez la structure de ce fichier.")).to_be_visible()
    expect(page.get_by_label("Structure de b.pdf")).to_be_focused()


def glisser(page: Page, *noms: str) -> None:
    page.evaluate(
        """noms => {
            const transfert = new DataTransfer();
            for (const nom of noms) transfert.items.add(new File(["%PDF-"], nom));
            const depot = new DragEvent("drop", { dataTransfer: transfert, bubbles: true, cancelable: true });
            document.querySelector(".zone-depot").dispatchEvent(depot);
        }""",
        list(noms),
    )


def test_un_envoi_s_annule_et_les_autres_continuent(ouvrir):
    page = ouvrir()
    nouveau(page)
    choisir_la_structure(page)
    retenir(page, "premier.pdf")
    page.get_by_label("Fichiers").set_input_files(
        [fichier("premier.pdf", fabrique.pdf(lourd)), fichier("second.pdf", fabrique.pdf())]
    )

    page.get_by_role("button", name="Déposer").click()
    page.get_by_role("button", name="Annuler premier.pdf").click()

    expect(page.get_by_text("Envoi annulé.")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Reçu : récépissé"))).to_be_visible()
    expect(page.get_by_role("button", name="Retirer premier.pdf")).to_be_visible()


def retenir(page: Page, nom: str) -> None:
    """L'envoi de ce fichier n'aboutit jamais : la page a le temps de l'annuler."""

    def arreter(route):
        if nom.encode() in (route.request.post_data_buffer or b""):
            return
        route.continue_()

    page.route("**/nouveau/", arreter)


@pytest.mark.parametrize("arrive", [False, True], ids=["rien n'était arrivé", "tout était arrivé"])
def test_apres_une_coupure_l_envoi_reprend_et_ne_depose_qu_une_fois(ouvrir, arrive):
    page = ouvrir()
    nouveau(page)
    choisir_la_structure(page)
    page.get_by_label("Fichiers").set_input_files(fichier("coupure.pdf", fabrique.pdf(lourd)))
    couper(page, arrive=arrive)

    page.get_by_role("button", name="Déposer").click()

    expect(page.get_by_text(re.compile("Connexion coupée : nouvel essai dans"))).to_be_visible()
    expect(page.get_by_role("heading", name="Récépissé de dépôt")).to_be_visible(timeout=20_000)
    reference = page.locator(".recu h2").inner_text()
    page.goto("/camsp-cmpp/documents/")
    assert page.get_by_text(reference).count() == 1
    assert page.get_by_role("row").filter(has_text="coupure.pdf").filter(has_text=reference).count() == 1


def couper(page: Page, *, arrive: bool) -> None:
    """Le premier envoi se rompt : avant d'arriver, ou une fois arrivé, avant sa réponse."""
    restantes = [1]

    def rompre(route):
        if route.request.method != "POST" or not restantes:
            route.continue_()
            return
        restantes.pop()
        if arrive:
            route.fetch()
        route.abort("connectionreset")

    page.route("**/nouveau/", rompre)


def test_tout_se_fait_au_clavier(ouvrir):
    page = ouvrir()
    nouveau(page)
    choisir_la_structure(page)
    page.get_by_label("Fichiers").set_input_files([fichier("a.pdf", fabrique.pdf()), fichier("b.pdf", b"%PDF-abc")])
    page.get_by_label("Fichiers").focus()
    parcourus = []
    for _ in range(12):
        page.keyboard.press("Tab")
        parcourus.append(page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id"))
        if parcourus[-1] == "Retirer b.pdf":
            break
    page.keyboard.press("Enter")
    expect(page.get_by_text("b.pdf")).to_have_count(0)
    expect(page.get_by_role("button", name="Retirer a.pdf")).to_be_focused()
    page.get_by_role("button", name="Déposer").press("Enter")
    expect(page.get_by_role("heading", name="Récépissé de dépôt")).to_be_visible()


def test_sans_javascript_plusieurs_fichiers_se_deposent_et_chacun_a_sa_phrase(ouvrir):
    page = ouvrir(java_script_enabled=False)
    nouveau(page)
    choisir_la_structure(page)
    page.get_by_label("Fichiers").set_input_files(
        [fichier("b.xlsx", fabrique.rapport()), fichier("p.pdf", fabrique.pdf()), fichier("image.pdf", b"\x89PNG..")]
    )
    page.get_by_role("button", name="Déposer").click()

    expect(page.get_by_text("Vos 2 documents sont reçus.")).to_be_visible()
    expect(page.get_by_text("Non déposé – image.pdf : Ce fichier est un fichier image.")).to_be_visible()
    expect(page.get_by_text("Rapport d'activité quantitatif")).to_be_visible()
    expect(page.get_by_text("Rapport d'activité qualitatif")).to_be_visible()
    # Pour une autre structure, l'année reste choisie.
    page.get_by_role("link", name="Déposer un autre document").click()
    assert "campagne=" in page.url
