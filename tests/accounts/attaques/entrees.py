"""Lignes 8, 11 et 12 : la connexion forte, les témoins et les journaux, ce que le support ne voit pas."""

import logging
import runpy
from unittest.mock import patch

from django.conf import settings
from django.test import Client

from accounts import jetons
from accounts.admin import UtilisateurAdmin
from accounts.jetons import Usage
from accounts.models import Utilisateur
from habilitations.models import Application
from journal.models import Evenement
from journal.services import consigner
from portail.journaux import SansJeton
from tests.accounts.attaques import liste, reglage, rien, sans
from tests.accounts.facteurs import VERIFICATION, application, code_de, donner_le_mot_de_passe
from tests.accounts.factories import MOT_DE_PASSE, UtilisateurFactory
from tests.accounts.outils import connecter
from tests.conftest import ClientFort
from tests.habilitations.factories import HabilitationFactory

DOCUMENTS = "/camsp-cmpp/documents/"


@liste(8, "une session simple se renforce", sans("habilitations.gardes.est_forte", lambda request: True))
def une_session_simple_ouvre_une_application_qui_en_veut_une_forte():
    client, titulaire = Client(), HabilitationFactory().titulaire
    Application.objects.update(connexion_forte=True)
    donner_le_mot_de_passe(client, titulaire)
    return client.get(DOCUMENTS).status_code == 200


@liste(
    8,
    "sans quitter ce portail",
    sans("accounts.views.commun.url_has_allowed_host_and_scheme", lambda *args, **kwargs: True),
)
def la_connexion_mene_sur_un_autre_site():
    personne = UtilisateurFactory()
    return connecter(Client(), personne.identifiant, suite="//pirate.example/").url.startswith("//pirate")


@liste(
    8,
    "sans quitter ce portail",
    sans("accounts.views.commun.url_has_allowed_host_and_scheme", lambda *args, **kwargs: True),
)
def la_verification_mene_sur_un_autre_site():
    client, personne = Client(), UtilisateurFactory()
    appareil = application(personne)
    donner_le_mot_de_passe(client, personne)
    reponse = client.post(f"{VERIFICATION}?next=https://pirate.example/", {"code": code_de(appareil)})
    return reponse.url.startswith("https://pirate")


@liste(8, "puis va où elle allait", sans("accounts.views.connexion.suite_demandee", lambda request: ""))
def la_verification_oublie_ou_l_on_allait():
    client, personne = Client(), UtilisateurFactory()
    appareil = application(personne)
    donner_le_mot_de_passe(client, personne, DOCUMENTS)
    return client.post(f"{VERIFICATION}?next={DOCUMENTS}", {"code": code_de(appareil)}).url != DOCUMENTS


PRODUCTION = {
    "DEMO": "",
    "SECRET_KEY": "clé-d-essai-assez-longue-pour-le-contrôle-de-déploiement",
    "SITE_URL": "https://portail.example",
    "DATABASE_URL": "sqlite://:memory:",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "STOCKAGE_URL": "file:///tmp/depots",
    "CLAMAV_URL": "tcp://127.0.0.1:3310",
}


@liste(11, "témoins liés à l'hôte et au chiffrement", sans(f"{__name__}.PRODUCTION", PRODUCTION | {"DEMO": "1"}))
def un_temoin_passe_en_clair_ou_d_un_hote_voisin():
    """La production seule chiffre : ses réglages sont relus comme elle les lirait."""
    with patch.dict("os.environ", PRODUCTION):
        reglages = runpy.run_path(str(settings.RACINE / "portail" / "settings.py"))
    temoins = [(reglages[f"{nom}_COOKIE_NAME"], reglages[f"{nom}_COOKIE_SECURE"]) for nom in ("SESSION", "CSRF")]
    return temoins != [("__Host-session", True), ("__Host-csrf", True)]


@liste(11, "témoins fermés aux scripts", reglage("SESSION_COOKIE_HTTPONLY", False))
def un_script_lit_le_temoin_de_session():
    client = Client()
    connecter(client, UtilisateurFactory().identifiant)
    return not client.cookies["session"]["httponly"]


@liste(11, "témoins fermés aux autres sites", reglage("SESSION_COOKIE_SAMESITE", "None"))
def un_autre_site_envoie_le_temoin_de_session():
    client = Client()
    connecter(client, UtilisateurFactory().identifiant)
    return client.cookies["session"]["samesite"] != "Lax"


def journaux(geste):
    """Tout ce que le geste a écrit : journal technique, tel que la console le montre, et journal du portail."""
    traces, filtre = [], SansJeton()

    class Recueil(logging.Handler):
        def emit(self, trace):
            if filtre.filter(trace):
                traces.append(trace.getMessage())

    recueil = Recueil()
    logging.getLogger().addHandler(recueil)
    try:
        geste()
    finally:
        logging.getLogger().removeHandler(recueil)
    return " ".join([*traces, *map(str, Evenement.objects.values())])


@liste(
    11,
    "ni jeton, ni code, ni mot de passe dans les journaux",
    sans("portail.journaux.SansJeton.filter", lambda filtre, trace: True),
)
def un_lien_refuse_laisse_son_jeton_dans_les_journaux():
    jeton = jetons.creer(UtilisateurFactory(), Usage.MOT_DE_PASSE)
    strict = Client(enforce_csrf_checks=True)
    return jeton in journaux(lambda: strict.post(f"/nouveau-mot-de-passe/{jeton}/"))


def consigner_la_saisie(*, acteur, saisie):
    consigner(acteur=None, action="connexion.refusee", objet=Utilisateur(), apres={"saisie": saisie})


@liste(
    11,
    "ni jeton, ni code, ni mot de passe dans les journaux",
    sans("accounts.services.consigner_refus", consigner_la_saisie),
)
def un_mot_de_passe_tape_dans_l_identifiant_reste_au_journal():
    return MOT_DE_PASSE in journaux(lambda: connecter(Client(), MOT_DE_PASSE, MOT_DE_PASSE))


def consigner_le_code(*, acteur, facteur, code, sceau):
    consigner(acteur=acteur, action="verification.refusee", objet=acteur, apres={"code": code})


@liste(
    11,
    "ni jeton, ni code, ni mot de passe dans les journaux",
    sans("accounts.services.verifier_facteur", consigner_le_code),
)
def un_code_essaye_reste_au_journal():
    client, personne = Client(), UtilisateurFactory()
    appareil = application(personne)
    donner_le_mot_de_passe(client, personne)
    code = code_de(appareil)
    return f"'{code}'" in journaux(lambda: client.post(VERIFICATION, {"code": code}))


def sans_fin_de_session(poser, settings):
    poser("accounts.views.connexion.logout", rien)
    poser("accounts.services.quitter_session", rien)


@liste(11, "sortir ferme pour de bon", sans_fin_de_session)
def le_temoin_vole_sert_apres_la_deconnexion():
    client, personne = Client(), UtilisateurFactory()
    connecter(client, personne.identifiant)
    vole = client.cookies["session"].value
    client.post("/deconnexion/")
    voleur = Client()
    voleur.cookies["session"] = vole
    return voleur.get("/mon-compte/identite/").status_code == 200


def support():
    client = ClientFort()
    client.force_login(UtilisateurFactory(is_staff=True, is_superuser=True))
    return client


@liste(12, "réinitialiser un facteur laisse une trace", sans("accounts.services.facteurs.consigner", rien))
def le_support_retire_un_facteur_sans_trace():
    personne = UtilisateurFactory()
    application(personne)
    gestes = {"action": "reinitialiser_les_facteurs", "_selected_action": [personne.pk], "motif": "Téléphone perdu"}
    support().post("/admin/accounts/utilisateur/", gestes)
    retires = not personne.totpdevice_set.exists()
    return retires and not Evenement.objects.filter(action="facteurs.reinitialises").exists()


def montrer_le_mot_de_passe(poser, settings):
    poser(UtilisateurAdmin, "fieldsets", [(None, {"fields": ["password"]})])


@liste(12, "ne pas voir un mot de passe", montrer_le_mot_de_passe)
def le_support_lit_l_empreinte_d_un_mot_de_passe():
    personne = UtilisateurFactory()
    return personne.password in support().get(f"/admin/accounts/utilisateur/{personne.pk}/change/").text


def laisser_choisir(poser, settings):
    montrer_le_mot_de_passe(poser, settings)
    poser(UtilisateurAdmin, "has_change_permission", lambda admin, request, obj=None: True)


@liste(12, "ne pas en choisir", laisser_choisir)
def le_support_choisit_un_mot_de_passe():
    personne = UtilisateurFactory()
    champs = {"password": "choisi", "_save": "Enregistrer"}
    support().post(f"/admin/accounts/utilisateur/{personne.pk}/change/", champs)
    personne.refresh_from_db()
    return personne.password == "choisi"
