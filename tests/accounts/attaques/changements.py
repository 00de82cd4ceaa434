"""Ligne 5 : ce qui engage le compte demande une preuve, et se dit à l'ancienne adresse."""

import time

from django.test import Client

from accounts.models import Utilisateur
from courriels.models import Courriel
from tests.accounts.attaques import liste, reglage, rien, sans
from tests.accounts.facteurs import SECURITE, canal, code_recu
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import connecter, est_connecte, oublier_la_preuve

AUTRE = "Pivoines-Rouges-31"


CHANGEMENTS = {
    "/mon-compte/courriel/": {"courriel": "neuve@structure.example"},
    "/mon-compte/identite/modifier/": {"nom": "Neuf", "prenom": "Camille", "telephone": "06 12 34 56 78"},
}


def en_session():
    client, personne = Client(), UtilisateurFactory()
    connecter(client, personne.identifiant)
    return client, personne


@liste(5, "le mot de passe ou le facteur est redemandé", reglage("DUREE_PREUVE_RECENTE", 10**10))
def une_session_laissee_ouverte_suffit_a_changer_le_compte():
    client, _ = en_session()
    oublier_la_preuve(client)
    pages = [client.post(page, champs).url for page, champs in CHANGEMENTS.items()]
    pages.append(client.post(f"{SECURITE}ajouter/courriel/").url)
    return any("mot-de-passe" not in page for page in pages)


@liste(
    5,
    "le mot de passe ou le facteur est redemandé",
    sans("accounts.models.Utilisateur.check_password", lambda personne, saisie: True),
)
def le_mot_de_passe_se_change_sans_l_ancien():
    client, _ = en_session()
    saisie = {"actuel": "Inconnu-1234", "mot_de_passe": AUTRE}
    return client.post("/mon-compte/mot-de-passe/", saisie).status_code == 302


def se_tait(geste):
    """Rien n'est parti à l'adresse que le compte avait."""
    client, personne = en_session()
    ancienne = personne.courriel
    geste(client)
    return not Courriel.objects.filter(destinataire=ancienne).exclude(modele__endswith="code_ephemere").exists()


@liste(5, "un avis part à l'ancienne adresse", sans("accounts.courriels.changement_d_adresse_demande", rien))
def l_adresse_change_en_silence():
    return se_tait(lambda client: client.post("/mon-compte/courriel/", CHANGEMENTS["/mon-compte/courriel/"]))


@liste(5, "un avis part à l'ancienne adresse", sans("accounts.courriels.identite_modifiee", rien))
def le_telephone_change_en_silence():
    page = "/mon-compte/identite/modifier/"
    return se_tait(lambda client: client.post(page, CHANGEMENTS[page]))


@liste(5, "un avis part à l'ancienne adresse", sans("accounts.courriels.mot_de_passe_change", rien))
def le_mot_de_passe_change_en_silence():
    nouveau = {"actuel": MOT_DE_PASSE, "mot_de_passe": AUTRE}
    return se_tait(lambda client: client.post("/mon-compte/mot-de-passe/", nouveau))


@liste(5, "un avis part à l'ancienne adresse", sans("accounts.courriels.facteur_ajoute", rien))
def un_facteur_s_ajoute_en_silence():
    return se_tait(lambda client: client.post(client.post(f"{SECURITE}ajouter/courriel/").url, {"code": code_recu()}))


@liste(5, "les autres sessions se ferment si on le veut", sans("accounts.services.fermer_autres_sessions", rien))
def un_intrus_reste_apres_le_changement():
    client, personne = en_session()
    intrus = Client()
    connecter(intrus, personne.identifiant)
    client.post("/mon-compte/courriel/", CHANGEMENTS["/mon-compte/courriel/"] | {"fermer_sessions": "on"})
    return intrus.get("/mon-compte/identite/").status_code == 200


@liste(5, "un avis part à l'ancienne adresse", sans("accounts.courriels.facteur_retire", rien))
def un_facteur_se_retire_en_silence():
    def retirer(client):
        facteur = canal(Utilisateur.objects.get(), "sms", "+33612345678")
        session = client.session
        session["connexion_forte"] = {"moyen": f"sms-{facteur.pk}", "le": int(time.time())}
        session.save()
        assert client.post(f"{SECURITE}sms-{facteur.pk}/retirer/").status_code == 302

    return se_tait(retirer)


def changer_sans_confirmer(*, acteur, courriel):
    Utilisateur.objects.filter(pk=acteur.pk).update(courriel=courriel)


@liste(
    5,
    "une nouvelle adresse ne compte que confirmée",
    sans("accounts.services.demander_changement_de_courriel", changer_sans_confirmer),
)
def une_adresse_jamais_confirmee_ouvre_le_compte():
    client, ailleurs = en_session()[0], Client()
    client.post("/mon-compte/courriel/", CHANGEMENTS["/mon-compte/courriel/"])
    connecter(ailleurs, "neuve@structure.example")
    return est_connecte(ailleurs)
