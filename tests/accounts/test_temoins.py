"""Liste de contrôle 11 : témoins fermés aux scripts, et ni jeton ni mot de passe dans les journaux."""

import logging

import pytest
from django.conf import settings as reglages
from django.test import Client

from accounts.jetons import Usage, creer
from courriels.models import Courriel
from journal.models import Evenement
from portail.journaux import SansJeton
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import connecter, fiche

pytestmark = pytest.mark.django_db


@pytest.fixture
def console(caplog):
    """Les journaux techniques tels que la console les écrit : passés par le filtre."""
    caplog.set_level(logging.DEBUG)
    filtre = SansJeton()
    caplog.handler.addFilter(filtre)
    yield caplog
    caplog.handler.removeFilter(filtre)


def test_les_temoins_sont_fermes_aux_scripts_et_aux_autres_sites(client):
    connecter(client, UtilisateurFactory().identifiant)
    client.get("/inscription/")
    for temoin in client.cookies.values():
        assert temoin["httponly"], temoin.key
        assert (temoin["samesite"], temoin["path"], temoin["domain"]) == ("Lax", "/", "")


def refuser(personne):
    """Un envoi refusé sur un lien qui peut encore servir : Django consigne l'adresse."""
    jeton = creer(personne, Usage.MOT_DE_PASSE)
    reponse = Client(enforce_csrf_checks=True).post(f"/nouveau-mot-de-passe/{jeton}/", {"mot_de_passe": MOT_DE_PASSE})
    assert reponse.status_code == 403
    return jeton


def test_un_jeton_refuse_n_est_pas_dans_les_journaux(console):
    jeton = refuser(UtilisateurFactory())
    assert jeton not in console.text
    assert "/nouveau-mot-de-passe/[jeton]/" in console.text


def test_sans_le_filtre_le_jeton_y_serait(caplog, monkeypatch):
    """Jumeau du précédent."""
    monkeypatch.setattr(SansJeton, "filter", lambda filtre, trace: True)
    assert refuser(UtilisateurFactory()) in caplog.text


def test_le_filtre_est_pose_sur_la_console():
    assert reglages.LOGGING["handlers"]["console"]["filters"] == ["sans_jeton"]


def test_aucun_mot_de_passe_n_est_dans_les_journaux(client, console):
    secret = "Mon-Secret-Tulipe-9"
    client.post("/inscription/", fiche(mot_de_passe=secret))
    connecter(client, "inconnu", secret)
    connecter(client, UtilisateurFactory().identifiant, secret)
    traces = console.text + str(list(Evenement.objects.values())) + str(list(Courriel.objects.values()))
    assert secret not in traces


def test_le_mandataire_non_plus_ne_garde_pas_les_jetons():
    mandataire = (reglages.RACINE / "deploiement" / "nginx.conf").read_text()
    assert "access_log /var/log/nginx/access.log portail if=$journaliser;" in mandataire
    assert "$http_referer" not in mandataire
