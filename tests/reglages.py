"""Réglages des tests : ceux de la démonstration, avec des fichiers jetables et un hachage rapide."""

import os
import tempfile

os.environ.setdefault("DEMO", "1")
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "sqlite://:memory:")
os.environ.setdefault("STOCKAGE_URL", f"file://{tempfile.mkdtemp(prefix='depots-')}")

from portail.settings import *
from portail.settings import CACHES, DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
# Un courriel part à la fin de sa transaction ; les tests du délai d'annulation le règlent.
DECISION_ANNULABLE_SECONDES = 0
WHITENOISE_AUTOREFRESH = True
# Les numéros reviennent d'un test à l'autre : aucun morceau de page ne doit les traverser.
CACHES = CACHES | {"template_fragments": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
