"""Réglages du portail, lus dans l'environnement (voir `.env.exemple`).

Les valeurs par défaut sont celles de la production ; `DEMO=1` les assouplit pour un poste de travail.
"""

import sys
from pathlib import Path
from urllib.parse import urlsplit

import django_stubs_ext
import environ
from celery.schedules import crontab
from csp.constants import NONE, SELF

from portail.stockages import stockage

RACINE = Path(__file__).resolve().parent.parent
VAR = RACINE / "var"

# Permet d'écrire ModelAdmin[Courriel] : les types génériques de Django n'existent qu'à la vérification.
django_stubs_ext.monkeypatch()

env = environ.Env()
if (RACINE / ".env").exists():
    env.read_env(RACINE / ".env")

DEMO = env.bool("DEMO", default=False)


def _exiger(nom: str, en_demonstration: str, usage: str) -> str:
    """Valeur d'un réglage indispensable ; sans elle, la production ne démarre pas."""
    valeur: str = env.str(nom, default=en_demonstration if DEMO else "")
    if not valeur:
        sys.exit(f"Le réglage {nom} manque ({usage}) : ajoutez-le à l'environnement ou au fichier .env.")
    return valeur


# --- Identité de l'organisme -----------------------------------------------------------------------------------------
ORGANISATION_NOM = env.str("ORGANISATION_NOM", default="CNSA")
ORGANISATION_NOM_LONG = env.str("ORGANISATION_NOM_LONG", default="Caisse nationale de solidarité pour l'autonomie")
# « mises à disposition par la CNSA » : le nom avec son article.
ORGANISATION_AVEC_ARTICLE = env.str("ORGANISATION_AVEC_ARTICLE", default="la CNSA")
ORGANISATION_LOGO = env.str("ORGANISATION_LOGO", default="portail/logo.svg")
ORGANISATION_COULEUR = env.str("ORGANISATION_COULEUR", default="#4b1f6f")
ORGANISATION_COULEUR_TUILE = env.str("ORGANISATION_COULEUR_TUILE", default="#1e6b52")
ORGANISATION_ADRESSE = env.str("ORGANISATION_ADRESSE", default="")
# Nom et adresse de l'hébergeur, pour les mentions légales ; vide : l'organisme héberge lui-même.
HEBERGEUR = env.str("HEBERGEUR", default="")
COURRIEL_SUPPORT = env.str("COURRIEL_SUPPORT", default="support@portail.example")
COURRIEL_DONNEES = env.str("COURRIEL_DONNEES", default=COURRIEL_SUPPORT)
SITE_URL = _exiger("SITE_URL", "http://127.0.0.1:8000", "adresse publique du portail").rstrip("/")

# --- Sécurité --------------------------------------------------------------------------------------------------------
SECRET_KEY = _exiger(
    "SECRET_KEY", "demonstration-seulement-cette-cle-ne-protege-rien-0123456789", "50 caractères tirés au hasard"
)
DEBUG = False
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[urlsplit(SITE_URL).hostname]) + (["localhost"] if DEMO else [])
CSRF_TRUSTED_ORIGINS = [SITE_URL]
HTTPS = SITE_URL.startswith("https://")
SECURE_SSL_REDIRECT = not DEMO
SECURE_REDIRECT_EXEMPT = [r"^sante/$"]
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.bool("DERRIERE_MANDATAIRE", default=False) else None
)
# Nombre de mandataires de confiance devant le portail : dit quelle adresse de X-Forwarded-For est celle de la personne.
MANDATAIRES = 1 if SECURE_PROXY_SSL_HEADER else 0
SECURE_HSTS_SECONDS = 0 if DEMO else 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = not DEMO
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
# Le préfixe __Host- lie le témoin à cet hôte et au chiffrement ; les navigateurs le refusent en clair.
SESSION_COOKIE_NAME = "__Host-session" if not DEMO else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if not DEMO else "csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMO
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

CSRF_FAILURE_VIEW = "portail.views.formulaire_perime"
# Page d'entretien pour toute adresse, sans toucher à la base.
MAINTENANCE = env.bool("MAINTENANCE", default=False)

# --- Applications ----------------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    # Avant les nôtres : accounts/admin.py retire de l'administration leurs pages, qui montrent des secrets.
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp_webauthn",
    "portail",
    "depot",
    "habilitations",
    "accounts",
    "structures",
    "courriels",
    "journal",
    "portail.administration.Administration",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "captcha",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_htmx",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "portail.middleware.permissions_du_navigateur",
    "portail.middleware.feuille_de_couleurs",
    "portail.middleware.entretien",
    "portail.middleware.octet_nul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "portail.middleware.methode_refusee",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SessionsBornees",
    "portail.middleware.connexion_en_pleine_page",
    "accounts.middleware.ConnexionRequise",
    "portail.middleware.origine_du_journal",
    "portail.middleware.pages_privees",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "accounts.middleware.Limites",
    # En dernier : la page est celle de la personne regardée, ses protections sont celles de toute page.
    "accounts.regard.intergiciel",
]
ROOT_URLCONF = "portail.urls"
WSGI_APPLICATION = "portail.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [RACINE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portail.context_processors.organisation",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Données ---------------------------------------------------------------------------------------------------------
DATABASES = {
    "default": env.db_url_config(
        _exiger("DATABASE_URL", f"sqlite:///{VAR / 'portail.sqlite3'}", "base de données PostgreSQL")
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # Sans IMMEDIATE ni WAL, les écritures simultanées échouent au lieu d'attendre.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA busy_timeout=20000;",
    }
else:
    DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
FIXTURE_DIRS = [RACINE / "fixtures"]

CACHE_URL = env.str("CACHE_URL", default="")
# django-environ laisse en minuscules ce qu'il lit de l'adresse (key_prefix), que Django ignorerait.
CACHES = {
    "default": {
        nom.upper(): valeur for nom, valeur in env.cache_url_config(CACHE_URL or "locmemcache://portail").items()
    },
    # Les morceaux de page restent dans le processus : les relire ne coûte rien et ne dépend de personne.
    "template_fragments": env.cache_url_config("locmemcache://morceaux"),
}
# Sans cache partagé, la session ne se lit qu'en base : un autre processus doit voir une déconnexion.
SESSION_ENGINE = f"django.contrib.sessions.backends.{'cached_db' if CACHE_URL else 'db'}"

# --- Tâches et courriels ---------------------------------------------------------------------------------------------
# Sans courtier, les services font eux-mêmes, dans le processus, ce qu'ils auraient demandé à un ouvrier.
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="")
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Un Redis suspendu ne retient pas la page.
    "socket_timeout": 2,
    "socket_connect_timeout": 2,
    # Les tâches d'un ouvrier tué reviennent après ce délai, non une heure ; les courriels, dès la tournée suivante.
    "visibility_timeout": 300,
    "unacked_restore_interval": 2,
    "unacked_restore_throttle": 1,
    # Deux portails peuvent partager un Redis sans se prendre leurs tâches.
    "global_keyprefix": env.str("CELERY_PREFIXE", default=""),
}
CELERY_BEAT_SCHEDULE = {
    "livrer les courriels restants": {
        "task": "courriels.livrer",
        "schedule": 60.0,
        "options": {"expires": 60},  # sans ouvrier, les tournées ne s'entassent pas
    },
    "oublier les demandes sans auteur": {"task": "habilitations.oublier_sans_auteur", "schedule": 24 * 3600.0},
    "analyser les fichiers en attente": {
        "task": "depot.analyser_en_attente",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "faire échoir les habilitations et avertir": {
        "task": "habilitations.echeances",
        "schedule": crontab(hour=5, minute=15),
    },
    "surveiller l'antivirus": {"task": "depot.surveiller_l_antivirus", "schedule": crontab(hour=7, minute=45)},
    "tenir les revues d'habilitations": {"task": "habilitations.revues", "schedule": crontab(hour=5, minute=45)},
    "balayer les fichiers sans document": {"task": "depot.balayer", "schedule": 24 * 3600.0},
    # Ce qui part ne part qu'une fois : passer souvent rattrape une horloge ou un ouvrier arrêtés.
    "rappeler les demandes qui tardent": {"task": "habilitations.rappeler", "schedule": crontab(minute=10)},
    "envoyer les récapitulatifs": {"task": "habilitations.recapituler", "schedule": crontab(minute="*/15")},
    "faire le ménage": {"task": "portail.menage", "schedule": crontab(hour=4, minute=30)},
}
EMAIL_CONFIG = env.email_url_config(_exiger("EMAIL_URL", "dummymail://", "serveur SMTP d'envoi des courriels"))
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("COURRIEL_EXPEDITEUR", default="ne_pas_repondre@portail.example")

# --- Comptes ---------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.Utilisateur"
AUTHENTICATION_BACKENDS = ["accounts.backends.IdentifiantOuCourriel"]
LOGIN_URL = "accounts:connexion"
LOGIN_REDIRECT_URL = "accueil"
LOGOUT_REDIRECT_URL = "accounts:connexion"
# Où va qui s'inscrit en demandant une application.
SUITE_DE_L_INSCRIPTION = "habilitations:nouvelle_demande"
PASSWORD_HASHERS = [
    "accounts.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
MOT_DE_PASSE_LONGUEUR_MIN = env.int("MOT_DE_PASSE_LONGUEUR_MIN", default=12)
MOT_DE_PASSE_LONGUEUR_MAX = env.int("MOT_DE_PASSE_LONGUEUR_MAX", default=24)
MOT_DE_PASSE_CLASSES_MIN = env.int("MOT_DE_PASSE_CLASSES_MIN", default=3)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "accounts.validators.Longueur"},
    {"NAME": "accounts.validators.ClassesDeCaracteres"},
    {"NAME": "accounts.validators.SansIdentite"},
    {"NAME": "accounts.validators.PasCourant"},
]
# Les façons d'entrer que montre la page de connexion, dans leur ordre (voir accounts/mire.py).
VOIES_DE_CONNEXION = env.list("VOIES_DE_CONNEXION", default=["compte_local"])
DUREE_LIEN_CONFIRMATION = env.int("DUREE_LIEN_CONFIRMATION_HEURES", default=72) * 3600
DUREE_LIEN_MOT_DE_PASSE = env.int("DUREE_LIEN_MOT_DE_PASSE_HEURES", default=2) * 3600
# Tentatives par personne et par adresse : (nombre, secondes). Ce que chaque porte en fait : accounts/limites.py.
LIMITES = {
    porte: tuple(map(int, env.str(f"LIMITE_{porte.upper()}", default=defaut).split("/")))
    for porte, defaut in {
        "connexion": "10/300",
        "oubli": "5/86400",
        "confirmation": "3/21600",
        "inscription": "5/3600",
        "facteur": "5/300",
        "mot_de_passe": "10/300",
        "verification": "4/3600",
    }.items()
}
# Temps, en secondes, pendant lequel le mot de passe donné suffit aux gestes qui engagent le compte.
DUREE_PREUVE_RECENTE = int(env.float("PREUVE_RECENTE_MINUTES", default=10) * 60)
# Échecs d'une personne, d'une adresse, après lesquels la connexion demande un captcha.
CAPTCHA_APRES_ECHECS = env.int("CAPTCHA_APRES_ECHECS", default=3)
# Si l'on doit recopier l'image en majuscules, comme elle est écrite.
CAPTCHA_CASSE = env.bool("CAPTCHA_CASSE", default=False)
# Minutes sans activité, et heures en tout, après lesquelles une session se ferme.
SESSION_INACTIVITE = int(env.float("SESSION_INACTIVITE_MINUTES", default=30) * 60)
SESSION_DUREE_MAX = int(env.float("SESSION_DUREE_MAX_HEURES", default=12) * 3600)
SESSION_COOKIE_AGE = SESSION_DUREE_MAX
DUREE_LIEN_CONTESTATION = env.int("DUREE_LIEN_CONTESTATION_HEURES", default=168) * 3600
CONDITIONS_VERSION = "2026-11"

# --- Seconds facteurs ------------------------------------------------------------------------------------------------
# Le support et les gestionnaires n'entrent pas dans leurs pages sans un second facteur.
SECOND_FACTEUR_OBLIGATOIRE = env.bool("SECOND_FACTEUR_OBLIGATOIRE", default=True)
# Au-delà, une application qui demande une connexion forte fait refaire la vérification.
DUREE_CONNEXION_FORTE = env.int("DUREE_CONNEXION_FORTE_HEURES", default=12) * 3600
OTP_TOTP_ISSUER = f"Portail {ORGANISATION_NOM}"
# Une clé d'accès appartient à un nom d'hôte, jamais à une adresse IP : en démonstration, c'est localhost.
HOTE = urlsplit(SITE_URL)
OTP_WEBAUTHN_RP_ID = "localhost" if DEMO else HOTE.hostname
OTP_WEBAUTHN_RP_NAME = OTP_TOTP_ISSUER
OTP_WEBAUTHN_ALLOWED_ORIGINS = [f"http://localhost:{HOTE.port or 80}" if DEMO else SITE_URL]
OTP_WEBAUTHN_ALLOW_PASSWORDLESS_LOGIN = False
# Passerelle d'envoi des SMS ; vide, les SMS ne sont pas proposés (en démonstration, ils se lisent avec les courriels).
SMS_URL = env.str("SMS_URL", default="")
SMS_JETON = env.str("SMS_JETON", default="")
SMS_EXPEDITEUR = env.str("SMS_EXPEDITEUR", default=ORGANISATION_NOM)
CAPTCHA_CHALLENGE_FUNCT = "accounts.captcha.defi"
CAPTCHA_FONT_SIZE = 40
CAPTCHA_LETTER_ROTATION = (-18, 18)
CAPTCHA_NOISE_FUNCTIONS = ("captcha.helpers.noise_arcs",)
CAPTCHA_IMAGE_SIZE = (210, 64)
CAPTCHA_TIMEOUT = 15

# Secondes pendant lesquelles le courriel d'une décision est retenu, et la décision annulable ; 0 : il part aussitôt.
DECISION_ANNULABLE_SECONDES = env.int("DECISION_ANNULABLE_SECONDES", default=20)

# --- Conservation (jours, sauf mention contraire) --------------------------------------------------------------------
COMPTE_INACTIF_JOURS = env.int("COMPTE_INACTIF_JOURS", default=730)
COMPTE_NON_CONFIRME_JOURS = env.int("COMPTE_NON_CONFIRME_JOURS", default=30)
COMPTE_DELAI_ANONYMISATION_JOURS = env.int("COMPTE_DELAI_ANONYMISATION_JOURS", default=30)
COURRIEL_TEXTE_JOURS = env.int("COURRIEL_TEXTE_JOURS", default=62)
BROUILLON_JOURS = env.int("BROUILLON_JOURS", default=92)
JOURNAL_MOIS = env.int("JOURNAL_MOIS", default=12)

# --- Délais des demandes (jours ouvrés) ------------------------------------------------------------------------------
# Au-delà, une demande est dite en retard.
DEMANDE_RETARD_JOURS = env.int("DEMANDE_RETARD_JOURS", default=10)
# Rappels à qui en est chargé, puis à ses collègues.
DEMANDE_RAPPEL_JOURS = env.int("DEMANDE_RAPPEL_JOURS", default=5)
DEMANDE_RAPPEL_COLLEGUES_JOURS = env.int("DEMANDE_RAPPEL_COLLEGUES_JOURS", default=10)
# Décisions des 90 derniers jours en dessous desquelles aucun délai n'est annoncé.
DELAI_ATTENDU_CAS_MIN = env.int("DELAI_ATTENDU_CAS_MIN", default=5)
# Heure du matin à partir de laquelle part le récapitulatif des gestionnaires qui l'ont choisi.
RECAPITULATIF_HEURE = env.int("RECAPITULATIF_HEURE", default=7)

# --- Habilitations ---------------------------------------------------------------------------------------------------
# Jours avant la fin d'une habilitation où la personne en est avertie, une fois à chacun.
ECHEANCE_AVIS_JOURS = env.list("ECHEANCE_AVIS_JOURS", cast=int, default=[60, 30, 7])
# Jours avant la fin à partir desquels elle se renouvelle.
RENOUVELLEMENT_JOURS = env.int("RENOUVELLEMENT_JOURS", default=90)
# Jours avant l'échéance d'une revue où elle se rappelle à qui n'a pas fini.
REVUE_RAPPEL_JOURS = env.list("REVUE_RAPPEL_JOURS", cast=int, default=[14, 3])

# --- Fichiers --------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [RACINE / "static"]
# Adresse du stockage privé des documents déposés : file:///chemin, ou s3://clé:secret@hôte/seau/préfixe?region=…
# (s3+http:// : sans chiffrement, pour un serveur de la même machine).
STOCKAGE_URL = _exiger("STOCKAGE_URL", f"file://{VAR / 'depots'}", "stockage privé des documents déposés")


STORAGES = {
    "default": stockage(STOCKAGE_URL),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = ["depot.televersement.SurDisque"]
# Ce qui arrive, le temps d'être jugé : sur le disque du stockage s'il en a un, et balayé après un arrêt brutal.
FILE_UPLOAD_TEMP_DIR = (
    Path(urlsplit(STOCKAGE_URL).path) / "arrivees"
    if STOCKAGE_URL.startswith("file:")
    else Path(env.str("ARRIVEES_DOSSIER", default=str(VAR / "arrivees")))
)
SILENCED_SYSTEM_CHECKS = ["files.E001"]  # ce dossier est fait à la première arrivée
# Passé ce délai, un classeur dont personne n'a confirmé les chiffres s'efface.
DEPOT_A_CONFIRMER_JOURS = env.int("DEPOT_A_CONFIRMER_JOURS", default=7)
DEPOT_TAILLE_MAX = env.int("DEPOT_TAILLE_MAX_MO", default=50) * 1_000_000
# Par structure et par année, corbeille et anciennes versions comprises.
DEPOT_QUOTA = env.int("DEPOT_QUOTA_MO", default=1000) * 1_000_000
# clamd : unix:///run/clamav/clamd.ctl ou tcp://hôte:3310. Sans lui, rien ne se publie, sauf en démonstration.
CLAMAV_URL = env.str("CLAMAV_URL", default="") if DEMO else _exiger("CLAMAV_URL", "", "antivirus clamd")
# Secondes accordées à l'antivirus pour chaque réponse.
CLAMAV_DELAI = env.int("CLAMAV_DELAI_SECONDES", default=120)
# Âge au-delà duquel ses signatures alertent le support.
CLAMAV_SIGNATURES_JOURS = env.int("CLAMAV_SIGNATURES_JOURS", default=3)
# Ce qu'un document reste dans la corbeille, et combien de jours avant de l'effacer on prévient.
CORBEILLE_JOURS = env.int("CORBEILLE_JOURS", default=30)
CORBEILLE_AVIS_JOURS = env.int("CORBEILLE_AVIS_JOURS", default=7)

# --- Registre FINESS -------------------------------------------------------------------------------------------------
# Dossier que le support peut importer, où se posent téléchargements et envois ; commun aux serveurs et aux ouvriers.
FINESS_DOSSIER = Path(env.str("FINESS_DOSSIER", default=str(VAR / "finess")))
# Catalogue national des données ouvertes.
FINESS_CATALOGUE_URL = env.str("FINESS_CATALOGUE_URL", default="https://www.data.gouv.fr").rstrip("/")
FINESS_DELAI = env.int("FINESS_DELAI_SECONDES", default=30)

# --- Langue et heure -------------------------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_I18N = USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"ligne": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "filters": {"sans_jeton": {"()": "portail.journaux.SansJeton"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "ligne", "filters": ["sans_jeton"]}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"fontTools": {"level": "WARNING"}},  # dit, sinon, chaque table de police d'un récépissé
}
