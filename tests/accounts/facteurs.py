"""Gestes que refont les tests des seconds facteurs."""

import re
import time

from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts.models import FacteurMessage
from courriels.models import Courriel
from tests.accounts.factories import MOT_DE_PASSE
from tests.accounts.outils import connecter

VERIFICATION = "/verification/"
SECURITE = "/mon-compte/securite/"


def application(personne, **champs):
    return TOTPDevice.objects.create(user=personne, name="Téléphone", **champs)


def code_de(appareil, rang=0):
    """Ce que montre l'application ; `rang` compte les périodes de 30 secondes à venir."""
    totp = TOTP(appareil.bin_key)
    totp.time = time.time() + 30 * rang
    return f"{totp.token():06}"


def code_faux(appareil):
    """Six chiffres qu'aucune des périodes voisines ne montre."""
    bons = {code_de(appareil, rang) for rang in range(-3, 4)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in bons)


def canal(personne, genre="courriel", telephone="", **champs):
    return FacteurMessage.objects.create(
        personne=personne, canal=genre, telephone=telephone, nom="Messages", **{"confirme_le": timezone.now()} | champs
    )


def code_recu():
    """Le dernier code parti, par courriel ou SMS."""
    texte = Courriel.objects.filter(modele__regex="code_ephemere|sms_de_demonstration").first().texte
    return re.search(r"\b\d{6}\b", texte)[0]


def autre_que(code):
    return f"{(int(code) + 1) % 10**6:06}"


def donner_le_mot_de_passe(client, personne, suite=""):
    return connecter(client, personne.identifiant, MOT_DE_PASSE, suite)


def redonner_le_mot_de_passe(client):
    return client.post(f"{SECURITE}mot-de-passe/", {"mot_de_passe": MOT_DE_PASSE})


def entrer(client, personne, appareil):
    """Mot de passe puis code : une connexion forte."""
    donner_le_mot_de_passe(client, personne)
    appareil.last_t = -1
    appareil.save()
    reponse = client.post(VERIFICATION, {"code": code_de(appareil)})
    assert reponse.status_code == 302
    return reponse
