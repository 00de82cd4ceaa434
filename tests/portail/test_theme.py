"""Le thème : poids de la première visite, couleurs réglables, en-têtes, résumé des erreurs."""

import gzip
import re
from pathlib import Path

import css_inline
import pytest
from crispy_forms.helper import FormHelper
from crispy_forms.utils import render_crispy_form
from django import forms
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string

from courriels.paragraphes import Paragraphe
from portail.checks import contraste_avec_blanc, couleurs_lisibles

POIDS_MAX = 100_000  # octets comprimés, première visite de la connexion


def comprime(contenu: bytes, chemin: str = "") -> int:
    return len(contenu) if chemin.endswith(".woff2") else len(gzip.compress(contenu, 9))


def lu(chemin: str) -> bytes:
    return Path(finders.find(chemin)).read_bytes()


@pytest.mark.django_db
def test_la_premiere_visite_de_la_connexion_pese_moins_de_100_ko(client):
    page = client.get("/connexion/").content
    chemins = {c.split("#")[0] for c in re.findall(r'(?:href|src)="/static/([^"]+)"', page.decode())}
    for feuille in [c for c in chemins if c.endswith(".css")]:
        chemins |= {f"portail/{image}" for image in re.findall(r'url\("([\w.-]+)"\)', lu(feuille).decode())}
    poids = {chemin: comprime(lu(chemin), chemin) for chemin in chemins}
    assert "vendor/bootstrap.min.css" in poids
    assert sum(poids.values()) + comprime(page) <= POIDS_MAX, poids


@pytest.mark.django_db
def test_une_page_interdit_tout_contenu_d_ailleurs_ou_en_ligne(client):
    reponse = client.get("/connexion/")
    assert "default-src 'self'" in reponse["Content-Security-Policy"]
    assert "unsafe" not in reponse["Content-Security-Policy"]
    assert "camera=()" in reponse["Permissions-Policy"]


class TestCouleurs:
    def test_elles_viennent_des_reglages_sans_session_ni_base(self, client, settings):
        settings.ORGANISATION_COULEUR = "#004d40"
        reponse = client.get("/couleurs.css")
        assert b"--organisation:#004d40" in reponse.content
        assert "immutable" in reponse["Cache-Control"]
        assert not reponse.has_header("Vary")

    @pytest.mark.django_db
    def test_leur_adresse_change_avec_elles(self, client, settings):
        adresse = r"/couleurs\.css\?v=\w+"
        avant = re.search(adresse, client.get("/aide/").content.decode())[0]
        settings.ORGANISATION_COULEUR_TUILE = "#5d4037"
        assert re.search(adresse, client.get("/aide/").content.decode())[0] != avant

    def test_celles_d_origine_sont_lisibles(self):
        assert couleurs_lisibles(None) == []

    @pytest.mark.parametrize(("couleur", "erreur"), [("#ffcc00", "portail.E002"), ("red;}body{", "portail.E001")])
    def test_une_couleur_illisible_ou_malformee_est_refusee(self, settings, couleur, erreur):
        settings.ORGANISATION_COULEUR = couleur
        assert [message.id for message in couleurs_lisibles(None)] == [erreur]

    def test_le_contraste_est_celui_des_wcag(self):
        assert contraste_avec_blanc("#000000") == pytest.approx(21)
        assert contraste_avec_blanc("#767676") == pytest.approx(4.54, abs=0.01)


class Formulaire(forms.Form):
    nom = forms.CharField(label="Nom", help_text="Nom d'usage", error_messages={"required": "Saisissez votre nom."})
    profil = forms.ChoiceField(label="Profil", choices=[("a", "A"), ("b", "B")], widget=forms.RadioSelect)
    helper = FormHelper()


class TestResumeDesErreurs:
    def rendu(self, donnees):
        return render_crispy_form(Formulaire(donnees))

    def test_il_prend_le_focus_et_mene_a_chaque_champ(self):
        page = self.rendu({})
        assert "autofocus" in page
        assert '<a href="#id_nom">Nom : Saisissez votre nom.</a>' in page
        for cible in re.findall(r'href="#([^"]+)"', page):
            assert f'id="{cible}"' in page

    def test_le_champ_fautif_est_relie_a_son_message_et_a_son_aide(self):
        page = self.rendu({"profil": "a"})
        champ = re.search(r'<input[^>]*name="nom"[^>]*>', page)[0]
        assert 'aria-invalid="true"' in champ
        for reference in re.search(r'aria-describedby="([^"]+)"', champ)[1].split():
            assert f'id="{reference}"' in page

    def test_il_n_y_en_a_pas_sans_erreur(self):
        assert "resume-erreurs" not in self.rendu({"nom": "Martin", "profil": "a"})


class TestCourriel:
    def rendu(self, **contexte):
        base = {"sujet": "Sujet", "couleur": "#4b1f6f", "organisation": "CNSA", "site": "https://portail.example"}
        return css_inline.inline(render_to_string("courriels/base.html", base | contexte))

    def test_il_n_a_ni_image_ni_contenu_d_ailleurs(self):
        assert not re.search(r"<img|<link|src=|url\(", self.rendu())

    def test_l_adresse_entiere_se_lit_sous_le_bouton(self):
        page = self.rendu(paragraphes=[Paragraphe(texte="Confirmer", adresse="https://portail.example/x/")])
        assert page.count("https://portail.example/x/") == 2

    def test_il_garde_son_mode_sombre_et_ecrit_ses_styles_sur_les_elements(self):
        page = self.rendu()
        assert "prefers-color-scheme: dark" in page
        assert re.search(r'<td class="tete"[^>]*style="[^"]*#4b1f6f', page)

    def test_ce_que_les_personnes_ecrivent_y_reste_du_texte(self):
        assert "<script>" not in self.rendu(paragraphes=[Paragraphe(texte="<script>alert(1)</script>")])
