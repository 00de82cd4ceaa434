"""La fonction `sans_accent` de PostgreSQL ; SQLite reçoit la sienne à la connexion (structures/accents.py).

`unaccent` dépend d'un dictionnaire qu'on peut changer, et n'entre donc dans aucun index : celle-ci nomme le sien.
"""

from django.contrib.postgres.operations import UnaccentExtension
from django.db import migrations

CREER = """
CREATE FUNCTION sans_accent(texte text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
RETURN lower(unaccent('unaccent'::regdictionary, texte))
"""


def creer(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(CREER)


def oter(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP FUNCTION sans_accent(text)")


class Migration(migrations.Migration):
    dependencies = [("structures", "0003_histoire_du_registre")]

    operations = [UnaccentExtension(), migrations.RunPython(creer, oter)]
