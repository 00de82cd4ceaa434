"""Fermer une session depuis un autre navigateur."""

import re

from playwright.sync_api import expect

from tests.navigateur.gestes import (
    MOT_DE_PASSE,
    modifier_son_identite,
    regarder,
    se_connecter,
)


def test_une_session_se_ferme_depuis_un_autre_navigateur(ouvrir):
    bureau, telephone = ouvrir(), ouvrir()
    se_connecter(bureau, "cmoreau")
    se_connecter(telephone, "cmoreau")

    bureau.goto("/mon-compte/identite/")
    bureau.get_by_role("link", name="Sécurité").click()
    expect(bureau.get_by_role("heading", name="Sessions ouvertes")).to_be_visible()
    expect(bureau.get_by_text("Cette session", exact=True)).to_be_visible()
    regarder(bureau)
    bureau.get_by_role("button", name="Fermer toutes les autres").click()
    expect(bureau.get_by_role("status").first).to_contain_text("seule celle-ci reste ouverte")

    telephone.goto("/mon-compte/habilitations/")
    expect(telephone.get_by_text("Votre session a été fermée depuis un autre appareil.")).to_be_visible()
    regarder(telephone)
    telephone.get_by_label("Identifiant", exact=False).first.fill("cmoreau")
    telephone.get_by_label("Mot de passe", exact=False).first.fill(MOT_DE_PASSE)
    telephone.get_by_role("button", name="Se connecter").click()
    expect(telephone).to_have_url(re.compile("/mon-compte/habilitations/$"))


def test_ce_qui_etait_saisi_revient_apres_la_reconnexion(ouvrir):
    bureau, telephone = ouvrir(), ouvrir()
    se_connecter(bureau, "cmoreau")
    se_connecter(telephone, "cmoreau")
    modifier_son_identite(telephone)
    telephone.get_by_label("Prénom*", exact=True).fill("Camille-Anne")
    bureau.goto("/mon-compte/securite/")
    bureau.get_by_role("button", name="Fermer toutes les autres").click()
    expect(bureau.get_by_role("status").first).to_contain_text("seule celle-ci reste ouverte")

    telephone.get_by_role("button", name="Enregistrer").click()
    telephone.get_by_label("Identifiant", exact=False).first.fill("cmoreau")
    telephone.get_by_label("Mot de passe", exact=False).first.fill(MOT_DE_PASSE)
    telephone.get_by_role("button", name="Se connecter").click()
    expect(telephone.get_by_text("Ce que vous aviez saisi est revenu.")).to_be_visible()
    expect(telephone.get_by_label("Prénom*", exact=True)).to_have_value("Camille-Anne")
    regarder(telephone)


def test_la_saisie_d_une_personne_n_est_pas_rendue_a_une_autre(ouvrir):
    page = ouvrir()
    se_connecter(page, "cmoreau")
    modifier_son_identite(page)
    page.get_by_label("Prénom*", exact=True).fill("Secret")
    page.context.clear_cookies()
    page.reload()
    se_connecter(page, "amarchand")
    modifier_son_identite(page)
    expect(page.get_by_label("Prénom*", exact=True)).to_have_value("Alex")
    assert "Secret" not in page.evaluate("JSON.stringify(sessionStorage)")


def test_aucun_mot_de_passe_n_est_garde(ouvrir):
    page = ouvrir()
    se_connecter(page, "cmoreau")
    page.goto("/mon-compte/mot-de-passe/")
    page.get_by_label("Mot de passe actuel*", exact=True).fill("Un-Secret-Tapé-1")
    page.get_by_role("button", name="Afficher le mot de passe").first.click()
    page.get_by_label("Mot de passe actuel*", exact=True).press_sequentially("23")
    assert "Un-Secret" not in page.evaluate("JSON.stringify(sessionStorage)")
