import re

import pytest
from captcha.models import CaptchaStore
from django.urls import reverse

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from courriels.models import Courriel
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory

pytestmark = pytest.mark.django_db


def repondre_au_captcha():
    cle = CaptchaStore.generate_key()
    return {"captcha_0": cle, "captcha_1": CaptchaStore.objects.get(hashkey=cle).response}


def fiche(**champs):
    return (
        {
            "nom": "Zemirli",
            "prenom": "Yamil",
            "structure": "",
            "indicatif": "33",
            "telephone": "06 12 34 56 78",
            "courriel": "Yamil.Zemirli@structure.example",
            "mot_de_passe": MOT_DE_PASSE,
            "conditions": "on",
        }
        | repondre_au_captcha()
        | champs
    )


def lien_de(courriel):
    return re.search(r"http://127\.0\.0\.1:\d+(/\S+)", courriel.texte)[1]


def connecter(client, personne, mot_de_passe=MOT_DE_PASSE, **extra):
    return client.post(
        reverse("accounts:connexion"), {"username": personne.identifiant, "password": mot_de_passe}, **extra
    )


def test_s_inscrire_confirmer_et_se_connecter(client):
    reponse = client.post(reverse("accounts:inscription"), fiche())
    assert reponse.url == reverse("accounts:inscription_envoyee")

    courriel = Courriel.objects.get()
    assert courriel.destinataire == "yamil.zemirli@structure.example"
    assert "yzemirli" in courriel.texte
    client.post(lien_de(courriel))

    reponse = client.post(reverse("accounts:connexion"), {"username": "yzemirli", "password": MOT_DE_PASSE})
    assert reponse.url == reverse("accueil")
