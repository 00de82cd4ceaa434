"""Lignes 1 et 2 : même réponse et même travail pour tous les comptes ; des limites qui n'enferment personne."""

import re
from unittest.mock import patch

from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import compteurs, limites, services
from accounts.enums import EtatCompte
from accounts.limites import Porte, Portee, Tentative
from accounts.models import Utilisateur
from tests.accounts.attaques import liste, reglage, rien, sans
from tests.accounts.facteurs import VERIFICATION, application, code_de
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import captcha, connecter, est_connecte, fiche

BUREAU, CHEZ_SOI = "192.0.2.1", "192.0.2.77"


def travail_de(geste):
    """Ce que le geste coûte : mots de passe hachés, et requêtes par table, sans les points de reprise."""
    hacher, haches = MD5PasswordHasher.encode, []
    with (
        patch.object(MD5PasswordHasher, "encode", lambda *args: haches.append(1) or hacher(*args)),
        CaptureQueriesContext(connection) as capture,
    ):
        reponse = geste()
    requetes = [re.match(r"(\w+)[^\"]*\"?(\w*)", une["sql"].strip()).groups() for une in capture]
    return len(haches), sorted(une for une in requetes if une[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"}), reponse


def sans_ce_qui_change(page, saisie):
    return re.sub(r'(csrfmiddlewaretoken" value=|nonce=)"\w+"', "", page).replace(saisie, "…")


def se_distinguent(geste, saisies):
    """Les saisies ne reçoivent pas toutes la même réponse au même prix."""
    vues = []
    for saisie in saisies:
        haches, requetes, reponse = travail_de(lambda saisie=saisie: geste(saisie))
        vues.append((haches, requetes, reponse.status_code, sans_ce_qui_change(reponse.text, saisie)))
    return any(vue != vues[0] for vue in vues)


CONNUS = [EtatCompte.ACTIF, EtatCompte.A_CONFIRMER, EtatCompte.DESACTIVE]


def comptes_de_toutes_sortes():
    return [UtilisateurFactory(etat=etat).identifiant for etat in [*CONNUS, EtatCompte.FERME]]


@liste(1, "même réponse et même travail à la connexion", sans("accounts.models.Utilisateur.set_password", rien))
def la_connexion_dit_qui_a_un_compte():
    return se_distinguent(
        lambda saisie: connecter(Client(), saisie, "Un-Autre-Mot-1"), [*comptes_de_toutes_sortes(), "cinconnu"]
    )


@liste(
    1,
    "… à l'inscription",
    sans(
        "accounts.services.inscription._trouver_ou_creer",
        lambda identite, courriel, hache: (
            (Utilisateur.objects.filter(courriel=courriel).first(), False)
            if Utilisateur.objects.filter(courriel=courriel).exists()
            else (services.inscription._creer("neuf", identite, courriel, hache), True)
        ),
    ),
)
def l_inscription_dit_qui_a_un_compte():
    return se_distinguent(
        lambda saisie: Client().post("/inscription/", fiche(courriel=saisie)),
        [*(UtilisateurFactory(etat=etat).courriel for etat in CONNUS), "inconnue@structure.example"],
    )


def ecrire_aux_seules_connues(acteur, saisie, action, actif):
    if personne := services.commun.par_identifiant_ou_courriel(saisie):
        services.commun.aider(personne, actif)


@liste(1, "… à l'oubli", sans("accounts.services.mots_de_passe.ecrire_si_connue", ecrire_aux_seules_connues))
def l_oubli_dit_qui_a_un_compte():
    return se_distinguent(
        lambda saisie: Client().post("/identifiant-ou-mot-de-passe-oublie/", {"saisie": saisie, **captcha()}),
        [*comptes_de_toutes_sortes(), "cinconnu"],
    )


def essayer(saisie, mot_de_passe="Un-Autre-Mot-1", adresse=BUREAU, client=None):
    champs = {"username": saisie, "password": mot_de_passe, **captcha()}
    return (client or Client()).post("/connexion/", champs, REMOTE_ADDR=adresse)


@liste(2, "avant de hacher", reglage("LIMITES", dict.fromkeys(limites.Porte, (10**6, 300))))
def la_onzieme_tentative_est_hachee():
    personne = UtilisateurFactory()
    for _ in range(10):
        essayer(personne.identifiant)
    return travail_de(lambda: essayer(personne.identifiant))[0] > 0


def deja(portee, combien):
    """Ce que d'autres ont déjà essayé, de cette adresse ou de partout ; puis une première tentative, bien captchée."""
    cle = Tentative(Porte.CONNEXION, "un autre", BUREAU).cles[portee]
    compteurs.ajouter([cle], Porte.CONNEXION.duree, combien)
    personne, client = UtilisateurFactory(), Client()
    essayer(personne.identifiant, MOT_DE_PASSE, client=client)
    return est_connecte(client)


sans_refus_au_dela_du_couple = sans("accounts.limites.REFUS_A_LA_CONNEXION", {Portee.COUPLE: 1})


@liste(2, "une limite par adresse", sans_refus_au_dela_du_couple)
def une_adresse_essaie_sans_fin():
    return deja(Portee.ADRESSE, 500)


@liste(2, "une limite pour tout le portail", sans_refus_au_dela_du_couple)
def le_portail_entier_se_laisse_essayer_sans_fin():
    return deja(Portee.ENSEMBLE, 10_000)


@liste(2, "une limite par compte", sans("accounts.services.limites.CAPTCHA_A_LA_CONNEXION", {Portee.ADRESSE: 3}))
def une_machine_essaie_un_compte_de_partout():
    """D'adresses toujours neuves, et sans captcha."""
    personne, client = UtilisateurFactory(), Client(REMOTE_ADDR="203.0.113.99")
    for rang in range(11):
        essayer(personne.identifiant, adresse=f"203.0.113.{rang}")
    connecter(client, personne.identifiant)
    return est_connecte(client)


@liste(2, "l'attente est dite", sans("accounts.limites.en_mots", lambda secondes: "plus tard"))
def le_refus_ne_dit_pas_combien_attendre():
    personne = UtilisateurFactory()
    for _ in range(11):
        reponse = essayer(personne.identifiant)
    return not re.search(r"Réessayez dans \d+ (minute|seconde)", reponse.text)


@liste(
    2,
    "un bureau n'est pas arrêté par l'un des siens",
    sans("accounts.limites.REFUS_A_LA_CONNEXION", {Portee.ADRESSE: 1}),
)
def les_erreurs_d_une_personne_arretent_son_bureau():
    maladroite, collegue, client = UtilisateurFactory(), UtilisateurFactory(), Client()
    for _ in range(11):
        essayer(maladroite.identifiant)
    essayer(collegue.identifiant, MOT_DE_PASSE, client=client)
    return not est_connecte(client)


@liste(
    2, "le titulaire n'est pas arrêté par un autre", sans("accounts.limites.REFUS_A_LA_CONNEXION", {Portee.COMPTE: 1})
)
def les_essais_d_un_autre_arretent_le_titulaire():
    personne, client = UtilisateurFactory(), Client()
    for _ in range(11):
        essayer(personne.identifiant)
    essayer(personne.identifiant, MOT_DE_PASSE, CHEZ_SOI, client)
    return not est_connecte(client)


@liste(
    2,
    "le titulaire n'est pas arrêté par un autre",
    sans("accounts.services.limites.vient_d_une_adresse_habituelle", lambda personne, adresse: False),
)
def les_codes_faux_d_un_voleur_de_mot_de_passe_arretent_le_titulaire():
    personne = UtilisateurFactory()
    appareil = application(personne)
    personne.sessions.create(appareil="Firefox", adresse=CHEZ_SOI, verifiee_le=timezone.now())
    for rang in range(5):
        voleur = Client(REMOTE_ADDR=f"203.0.113.{rang}")
        essayer(personne.identifiant, MOT_DE_PASSE, f"203.0.113.{rang}", voleur)
        for _ in range(5):
            voleur.post(VERIFICATION, {"code": "000000"})
    appareil.throttle_reset()
    client = Client(REMOTE_ADDR=CHEZ_SOI)
    essayer(personne.identifiant, MOT_DE_PASSE, CHEZ_SOI, client)
    client.post(VERIFICATION, {"code": code_de(appareil)})
    return not est_connecte(client)
