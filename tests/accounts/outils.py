"""Gestes que refont les tests des comptes."""

import re

from captcha.models import CaptchaStore
from django.urls import reverse

from accounts.connexion_forte import DONNE
from courriels.models import Courriel
from tests.accounts.factories import MOT_DE_PASSE


def captcha():
    """Les deux champs d'une bonne réponse."""
    cle = CaptchaStore.generate_key()
    return {"captcha_0": cle, "captcha_1": CaptchaStore.objects.get(hashkey=cle).response}


def fiche(**champs):
    """Un formulaire d'inscription bien rempli."""
    return {
        "nom": "Zemirli",
        "prenom": "Yamil",
        "structure": "",
        "indicatif": "33",
        "telephone": "06 12 34 56 78",
        "courriel": "yamil.zemirli@structure.example",
        "mot_de_passe": MOT_DE_PASSE,
        "conditions": "on",
        **captcha(),
    } | champs


def dernier_lien(modele):
    """Chemin du lien porté par le dernier courriel de ce modèle."""
    courriel = Courriel.objects.filter(modele=f"accounts/courriels/{modele}").first()
    return re.findall(r"http://[^/\s]+(/\S+)", courriel.texte)[-1]


def courriels_ecrits():
    """Modèles et destinataires, du plus ancien au plus récent."""
    return [
        (modele.rpartition("/")[2], adresse)
        for modele, adresse in Courriel.objects.order_by("pk").values_list("modele", "destinataire")
    ]


def confirmer(client, modele="confirmation", mot_de_passe=MOT_DE_PASSE):
    """Suit le lien du dernier courriel et confirme l'adresse avec le mot de passe de l'inscription."""
    return client.post(dernier_lien(modele), {"mot_de_passe": mot_de_passe})


def connecter(client, saisie, mot_de_passe=MOT_DE_PASSE, suite=""):
    adresse = reverse("accounts:connexion") + (f"?next={suite}" if suite else "")
    return client.post(adresse, {"username": saisie, "password": mot_de_passe})


def verifier(client, mot_de_passe=MOT_DE_PASSE, suite=""):
    """Redonne son mot de passe avant un geste qui engage le compte."""
    adresse = reverse("accounts:redonner_mot_de_passe") + (f"?next={suite}" if suite else "")
    return client.post(adresse, {"mot_de_passe": mot_de_passe})


def oublier_la_preuve(client):
    """La session reste ouverte, mais le mot de passe y fut donné il y a trop longtemps."""
    session = client.session
    session.pop(DONNE, None)
    session.save()


def est_connecte(client):
    return "_auth_user_id" in client.session
