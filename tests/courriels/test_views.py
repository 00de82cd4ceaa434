import pytest
from django.urls import reverse

from courriels.models import Courriel

pytestmark = pytest.mark.django_db


@pytest.fixture
def courriel():
    return Courriel.objects.create(
        destinataire="alix@structure.example",
        modele="essai",
        sujet="Confirmez votre adresse",
        texte="Ouvrez http://127.0.0.1:8000/confirmer/abc/\n<script>alert(1)</script>",
        html="<p style='color:red'>Bonjour",
    )


def test_la_liste_montre_les_courriels_sans_connexion(client, courriel):
    assert courriel.sujet in client.get(reverse("courriels:liste")).text


def test_la_liste_se_limite_au_destinataire_cherche(client, courriel):
    assert courriel.sujet not in client.get(reverse("courriels:liste"), {"q": "autre@"}).text


def test_une_liste_vide_dit_quoi_faire(client):
    assert "créez un compte" in client.get(reverse("courriels:liste")).text


def test_les_liens_du_texte_se_suivent_et_le_reste_est_echappe(client, courriel):
    page = client.get(reverse("courriels:lire", args=[courriel.reference])).text
    assert 'href="http://127.0.0.1:8000/confirmer/abc/"' in page
    assert "<script>alert" not in page


def test_la_version_html_n_execute_aucun_script(client, courriel):
    reponse = client.get(reverse("courriels:lire_html", args=[courriel.reference]))
    assert reponse.text == courriel.html
    assert "default-src 'none'" in reponse["Content-Security-Policy"]
    assert "script-src" not in reponse["Content-Security-Policy"]
