"""Ligne 3 : la clé de session change, la session finit et se ferme d'ailleurs."""

from datetime import timedelta

from django.test import Client
from django.utils import timezone

from accounts import services
from tests.accounts.attaques import liste, reglage, rien, sans
from tests.accounts.facteurs import VERIFICATION, application, code_de
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import connecter

AUTRE = "Pivoines-Rouges-31"


sans_nouvelle_cle = sans("django.contrib.sessions.backends.base.SessionBase.cycle_key", rien)


def garde_sa_cle(client, geste):
    avant = client.session.session_key
    geste()
    return client.session.session_key == avant


@liste(3, "la clé change à la connexion", sans_nouvelle_cle)
def la_cle_donnee_avant_la_connexion_sert_apres():
    client, personne = Client(), UtilisateurFactory()
    session = client.session
    session["posee"] = "par un autre"
    session.save()
    client.cookies["session"] = session.session_key
    return garde_sa_cle(client, lambda: connecter(client, personne.identifiant))


@liste(3, "la clé change à la vérification", sans_nouvelle_cle)
def la_cle_d_avant_la_verification_sert_apres():
    client, personne = Client(), UtilisateurFactory()
    connecter(client, personne.identifiant)
    appareil = application(personne)
    return garde_sa_cle(client, lambda: client.post(VERIFICATION, {"code": code_de(appareil)}))


@liste(3, "la clé change avec le mot de passe", sans_nouvelle_cle)
def la_cle_d_avant_le_nouveau_mot_de_passe_sert_apres():
    client, personne = Client(), UtilisateurFactory()
    connecter(client, personne.identifiant)
    nouveau = {"actuel": MOT_DE_PASSE, "mot_de_passe": AUTRE}
    return garde_sa_cle(client, lambda: client.post("/mon-compte/mot-de-passe/", nouveau))


def reste_ouverte(evenement):
    """La session d'une personne sert encore après l'évènement."""
    client, personne = Client(), UtilisateurFactory()
    connecter(client, personne.identifiant)
    evenement(personne)
    return client.get("/mon-compte/identite/").status_code == 200


@liste(3, "une fin sans activité", reglage("SESSION_INACTIVITE", 10**6))
def une_session_oubliee_reste_ouverte():
    return reste_ouverte(lambda personne: personne.sessions.update(vue_le=timezone.now() - timedelta(hours=1)))


@liste(3, "une fin au bout du temps", reglage("SESSION_DUREE_MAX", 10**6))
def une_session_tenue_en_vie_dure_toujours():
    return reste_ouverte(lambda personne: personne.sessions.update(ouverte_le=timezone.now() - timedelta(hours=13)))


@liste(3, "chaque session se lit et se ferme d'ailleurs", sans("accounts.services.tenir_session", rien))
def une_session_fermee_d_ailleurs_sert_encore():
    def fermer_d_ailleurs(personne):
        ailleurs = Client()
        connecter(ailleurs, personne.identifiant)
        fermer = f"/mon-compte/sessions/{personne.sessions.earliest('ouverte_le').pk}/fermer/"
        assert fermer in ailleurs.get("/mon-compte/securite/").text
        ailleurs.post(fermer)

    return reste_ouverte(fermer_d_ailleurs)


@liste(3, "désactiver un compte ferme ses sessions", sans("accounts.services.support.fermer_les_sessions", rien))
def une_session_survit_a_la_desactivation():
    support = UtilisateurFactory(is_superuser=True)

    def desactiver_puis_rouvrir(personne):
        services.desactiver(acteur=support, personne=personne, motif="Départ")
        services.reactiver(acteur=support, personne=personne, motif="Retour")

    return reste_ouverte(desactiver_puis_rouvrir)
