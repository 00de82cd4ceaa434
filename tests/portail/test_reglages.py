"""La production démarre avec ce qu'il lui faut, ou dit en une phrase ce qui manque."""

import ast
import os
import subprocess
import sys

import pytest
from django.conf import settings

PRODUCTION = {
    "SECRET_KEY": "k7#v9d2m!q4x8z1w6r3t5y0u-p@s^f&g*h(j)lNBVCXZ+=_~QW",
    "SITE_URL": "https://portail.example",
    "DATABASE_URL": "sqlite://:memory:",
    "EMAIL_URL": "smtp://127.0.0.1:25",
    "STOCKAGE_URL": "file:///tmp/depots",
    "CLAMAV_URL": "tcp://127.0.0.1:3310",
}


def manage(*arguments, sans=(), **reglages):
    environnement = {cle: valeur for cle, valeur in (PRODUCTION | reglages).items() if cle not in sans}
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=settings.RACINE,
        env={"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "portail.settings"} | environnement,
        capture_output=True,
        text=True,
        check=False,
    )


def test_la_production_passe_le_controle_de_deploiement_sans_remarque():
    resultat = manage("check", "--deploy", "--fail-level", "INFO")
    assert resultat.returncode == 0, resultat.stderr
    assert "no issues" in resultat.stdout or "Aucun problème" in resultat.stdout


@pytest.mark.parametrize("reglage", PRODUCTION)
def test_un_reglage_indispensable_absent_arrete_le_demarrage_par_une_phrase(reglage):
    resultat = manage("check", sans={reglage})
    assert resultat.returncode != 0
    assert reglage in resultat.stderr
    assert len(resultat.stderr.strip().splitlines()) == 1


def test_le_mode_demonstration_se_passe_de_reglages():
    assert manage("check", sans=PRODUCTION, DEMO="1").returncode == 0


def test_l_exemple_nomme_tous_les_reglages_indispensables():
    exemple = (settings.RACINE / ".env.exemple").read_text()
    assert [nom for nom in PRODUCTION if f"\n{nom}=" not in exemple] == []


LIRE_LE_STOCKAGE = "from django.conf import settings; print(settings.STORAGES['default'])"


def test_un_stockage_s3_se_lit_dans_son_adresse():
    adresse = "s3://cle:se%2Fcret@s3.example:9000/seau/portail?region=fr-par"

    resultat = manage("shell", "-v", "0", "-c", LIRE_LE_STOCKAGE, STOCKAGE_URL=adresse)

    assert ast.literal_eval(resultat.stdout) == {
        "BACKEND": "depot.stockage_s3.StockageS3",
        "OPTIONS": {
            "seau": "seau",
            "prefixe": "portail",
            "acces": {
                "endpoint_url": "https://s3.example:9000",
                "aws_access_key_id": "cle",
                "aws_secret_access_key": "se/cret",
                "region_name": "fr-par",
            },
        },
    }


def test_une_adresse_de_stockage_incomplete_arrete_le_demarrage_par_une_phrase():
    resultat = manage("check", STOCKAGE_URL="s3://s3.example/seau")

    assert resultat.returncode != 0
    assert resultat.stderr.strip() == "STOCKAGE_URL s'écrit file:///chemin, ou s3://clé:secret@hôte/seau : corrigez-le."


TEMOINS = """
from django.conf import settings
champs = "NAME SECURE HTTPONLY SAMESITE PATH DOMAIN".split()
for nom in ("SESSION", "CSRF"):
    print(*(getattr(settings, f"{nom}_COOKIE_{champ}") for champ in champs))
"""


def test_en_production_les_temoins_tiennent_a_l_hote_et_au_chiffrement():
    """Liste de contrôle 11 ; en démonstration, sans chiffrement, le préfixe ferait refuser le témoin."""
    assert manage("shell", "--no-imports", "-c", TEMOINS).stdout.splitlines() == [
        "__Host-session True True Lax / None",
        "__Host-csrf True True Lax / None",
    ]
    assert manage("shell", "--no-imports", "-c", TEMOINS, DEMO="1").stdout.startswith("session False True Lax / None")
