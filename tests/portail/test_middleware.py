"""Intergiciels du portail."""

import pytest
from django.test import Client

from tests.accounts.factories import UtilisateurFactory

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/demande/nouvelle/?q=camsp"}
ADRESSE = "/demande/nouvelle/?q=camsp+l"


def test_une_recherche_htmx_apres_la_session_mene_a_la_connexion_et_retour(client):
    reponse = client.get(ADRESSE, headers=HTMX)
    assert reponse.status_code == 200
    assert reponse["HX-Redirect"] == "/connexion/?next=%2Fdemande%2Fnouvelle%2F%3Fq%3Dcamsp"


@pytest.mark.parametrize("venue", ["https://pirate.example/page/", "", "/x"])
def test_le_retour_reste_sur_ce_portail(client, venue):
    reponse = client.get(ADRESSE, headers=HTMX | {"HX-Current-URL": venue})
    assert reponse["HX-Redirect"] == "/connexion/?next=%2F"


def test_un_envoi_htmx_apres_la_session_mene_aussi_a_la_connexion():
    client = Client()
    assert client.post("/demande/1/message/", headers=HTMX)["HX-Redirect"].startswith("/connexion/?next=")


def test_sans_htmx_la_redirection_reste_celle_de_tous(client):
    reponse = client.get(ADRESSE)
    assert (reponse.status_code, reponse.has_header("HX-Redirect")) == (302, False)


@pytest.mark.django_db
def test_avec_une_session_htmx_recoit_la_page(client):
    client.force_login(UtilisateurFactory())
    reponse = client.get(ADRESSE, headers=HTMX)
    assert reponse.status_code == 200
    assert not reponse.has_header("HX-Redirect")
