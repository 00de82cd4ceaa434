import pytest
from django.test import Client

from accounts import jetons
from accounts.jetons import Usage
from courriels.models import Courriel
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import captcha, connecter, courriels_ecrits, dernier_lien, est_connecte

pytestmark = pytest.mark.django_db
OUBLI = "/identifiant-ou-mot-de-passe-oublie/"
NOUVEAU = "Jonquilles-Vertes-8"


@pytest.fixture
def personne():
    return UtilisateurFactory(identifiant="yzemirli")


@pytest.fixture
def lien(client, personne):
    client.post(OUBLI, {"saisie": personne.identifiant, **captcha()})
    return dernier_lien("reinitialisation")


def test_la_reponse_est_la_meme_que_le_compte_existe_ou_non(client, personne):
    reponses = [
        client.post(OUBLI, {"saisie": saisie, **captcha()}, follow=True) for saisie in ("yzemirli", "personne-d-ici")
    ]
    assert [reponse.redirect_chain for reponse in reponses] == [[(f"{OUBLI}envoye/", 302)]] * 2
    assert reponses[0].text == reponses[1].text
    assert courriels_ecrits() == [("reinitialisation", personne.courriel)]


def test_sans_captcha_rien_ne_part(client, personne):
    reponse = client.post(OUBLI, {"saisie": "yzemirli", **captcha(), "captcha_1": "faux"})
    assert "captcha" in reponse.context["form"].errors
    assert 'value="yzemirli"' in reponse.text
    assert courriels_ecrits() == []


def test_le_courriel_donne_l_identifiant_et_la_duree(lien):
    texte = Courriel.objects.get().texte
    assert "Votre identifiant est : yzemirli" in texte
    assert "valable 2 heures" in texte


def test_ouvrir_le_lien_ne_change_rien(client, personne, lien):
    assert client.get(lien).status_code == 200
    personne.refresh_from_db()
    assert personne.check_password(MOT_DE_PASSE)


def test_le_nouveau_mot_de_passe_ouvre_et_l_ancien_non(personne, lien):
    autre = Client()
    assert autre.post(lien, {"mot_de_passe": NOUVEAU}).url == "/connexion/"
    assert 'value="yzemirli"' in autre.get("/connexion/").text
    connecter(autre, "yzemirli")
    assert not est_connecte(autre)
    connecter(autre, "yzemirli", NOUVEAU)
    assert est_connecte(autre)
    assert courriels_ecrits()[-1] == ("mot_de_passe_change", personne.courriel)


def test_changer_le_mot_de_passe_par_lien_ferme_les_sessions_ouvertes(client, personne, lien):
    ailleurs = Client()
    connecter(ailleurs, "yzemirli")
    assert ailleurs.get("/mon-compte/identite/").status_code == 200
    client.post(lien, {"mot_de_passe": NOUVEAU})
    assert ailleurs.get("/mon-compte/identite/").status_code == 302


def test_le_lien_ne_sert_qu_une_fois(client, lien):
    client.post(lien, {"mot_de_passe": NOUVEAU})
    for reponse in (client.get(lien), client.post(lien, {"mot_de_passe": "Encore-Un-Autre-9"})):
        assert reponse.status_code == 410
        assert "Demander un nouveau lien" in reponse.text


def test_un_mot_de_passe_faible_est_refuse(client, personne, lien):
    reponse = client.post(lien, {"mot_de_passe": "trop-court"})
    assert "de 12 à 24 caractères" in str(reponse.context["form"].errors["mot_de_passe"])
    personne.refresh_from_db()
    assert personne.check_password(MOT_DE_PASSE)


def test_un_lien_de_confirmation_ne_change_pas_le_mot_de_passe(client, personne):
    jeton = jetons.creer(personne, Usage.CONFIRMATION)
    assert client.post(f"/nouveau-mot-de-passe/{jeton}/", {"mot_de_passe": NOUVEAU}).status_code == 410
