"""Lignes 4 et 6 : les liens des courriels ne servent qu'une fois, un temps, et ne dispensent de rien."""

import time
from unittest.mock import patch

from django.core.handlers.wsgi import WSGIRequest
from django.test import Client

from accounts import jetons, services
from accounts.enums import EtatCompte
from accounts.jetons import Usage
from accounts.models import Utilisateur
from tests.accounts.attaques import liste, reglage, rien, sans
from tests.accounts.facteurs import application
from tests.accounts.factories import UtilisateurFactory
from tests.accounts.outils import connecter, dernier_lien, est_connecte, fiche

AUTRE = "Pivoines-Rouges-31"


def lien_de_nouvelle_adresse(personne):
    services.demander_changement_de_courriel(acteur=personne, courriel="neuve@structure.example")
    return dernier_lien("nouvelle_adresse")


def lien_de_mot_de_passe(personne):
    return f"/nouveau-mot-de-passe/{jetons.creer(personne, Usage.MOT_DE_PASSE)}/"


def choisir(lien, mot_de_passe=AUTRE):
    return Client().post(lien, {"mot_de_passe": mot_de_passe}).status_code == 302


@liste(
    4,
    "ouvrir ne change rien",
    lambda poser, settings: poser(WSGIRequest, "method", property(lambda requete: "POST", rien), raising=False),
)
def un_lecteur_automatique_confirme_en_ouvrant():
    personne = UtilisateurFactory()
    lien = lien_de_nouvelle_adresse(personne)
    Client().get(lien)
    personne.refresh_from_db()
    return personne.courriel == "neuve@structure.example"


@liste(4, "une seule fois", sans("accounts.jetons._empreinte", lambda personne: ""))
def un_lien_sert_deux_fois():
    lien = lien_de_mot_de_passe(UtilisateurFactory())
    return choisir(lien) and choisir(lien, "Jonquilles-Vertes-8")


@liste(4, "un temps", reglage("DUREE_LIEN_MOT_DE_PASSE", 10**9))
def un_vieux_lien_sert_encore():
    with patch("django.core.signing.time.time", return_value=time.time() - 3 * 3600):
        lien = lien_de_mot_de_passe(UtilisateurFactory())
    return choisir(lien)


@liste(
    4, "dans un autre navigateur", sans("accounts.views.oubli.nouveau_mot_de_passe.login_required", remplacement=True)
)
def un_lien_ne_s_ouvre_que_la_ou_il_fut_demande():
    return Client().get(lien_de_mot_de_passe(UtilisateurFactory())).status_code != 200


@liste(4, "pour le seul titulaire", sans("accounts.forms.mots_de_passe.check_password", lambda saisie, hache: True))
def qui_s_inscrit_avec_l_adresse_d_autrui_garde_sa_cle():
    """Le titulaire confirme l'adresse sans connaître le mot de passe de l'intrus."""
    Client().post("/inscription/", fiche())
    Client().post(dernier_lien("confirmation"), {"mot_de_passe": AUTRE})
    return Utilisateur.objects.get().is_active


@liste(
    6,
    "un nouveau mot de passe laisse le second facteur dû",
    sans("accounts.views.connexion.moyens_de_verification", lambda personne: []),
)
def un_nouveau_mot_de_passe_dispense_du_facteur():
    personne, client = UtilisateurFactory(), Client()
    application(personne)
    client.post(lien_de_mot_de_passe(personne), {"mot_de_passe": AUTRE})
    connecter(client, personne.identifiant, AUTRE)
    return est_connecte(client)


@liste(6, "les liens meurent avec le mot de passe", sans("accounts.jetons._empreinte", lambda personne: ""))
def le_lien_survit_au_mot_de_passe():
    personne = UtilisateurFactory()
    lien = lien_de_mot_de_passe(personne)
    services.changer_mot_de_passe(acteur=personne, mot_de_passe="Jonquilles-Vertes-8", session=0)
    return choisir(lien)


@liste(6, "les liens meurent avec le mot de passe", sans("accounts.jetons._empreinte", lambda personne: ""))
def la_nouvelle_adresse_se_confirme_apres_un_autre_mot_de_passe():
    """L'intrus a demandé l'adresse ; la personne change son mot de passe, et se croit à l'abri."""
    personne = UtilisateurFactory()
    lien = lien_de_nouvelle_adresse(personne)
    services.changer_mot_de_passe(acteur=personne, mot_de_passe=AUTRE, session=0)
    return Client().post(lien).status_code == 302


@liste(6, "les liens meurent avec le mot de passe", sans("accounts.jetons._empreinte", lambda personne: ""))
def la_confirmation_survit_au_mot_de_passe():
    personne = UtilisateurFactory(etat=EtatCompte.A_CONFIRMER)
    lien = f"/confirmer/{jetons.creer(personne, Usage.CONFIRMATION)}/"
    personne.set_password(AUTRE)
    personne.save()
    return Client().get(lien).status_code == 200


@liste(6, "les liens meurent avec l'adresse", sans("accounts.jetons._empreinte", lambda personne: ""))
def le_lien_survit_a_l_adresse():
    personne = UtilisateurFactory()
    lien = lien_de_mot_de_passe(personne)
    Client().post(lien_de_nouvelle_adresse(personne))
    return choisir(lien)
