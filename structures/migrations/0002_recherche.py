"""Index de la recherche : trigrammes sur PostgreSQL, FTS5 sur SQLite.

Sur SQLite, une migration qui refait la table `structures_structure` (AlterField, RemoveField) en emporte les
déclencheurs : elle doit rappeler `poser`. Le test de la recherche échoue sinon.
"""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations

POSTGRESQL = ["CREATE INDEX structure_mots ON structures_structure USING gin (mots gin_trgm_ops)"]
POSTGRESQL_INVERSE = ["DROP INDEX structure_mots"]
SQLITE = [
    """
    CREATE VIRTUAL TABLE IF NOT EXISTS structures_recherche
    USING fts5(mots, content='structures_structure', content_rowid='id', tokenize='unicode61', prefix='2 3')
    """,
    """
    CREATE TRIGGER IF NOT EXISTS structure_mots_ajoutes AFTER INSERT ON structures_structure BEGIN
        INSERT INTO structures_recherche(rowid, mots) VALUES (new.id, new.mots);
    END
    """,
    """
    CREATE TRIGGER IF NOT EXISTS structure_mots_retires AFTER DELETE ON structures_structure BEGIN
        INSERT INTO structures_recherche(structures_recherche, rowid, mots) VALUES ('delete', old.id, old.mots);
    END
    """,
    """
    CREATE TRIGGER IF NOT EXISTS structure_mots_changes AFTER UPDATE OF mots ON structures_structure BEGIN
        INSERT INTO structures_recherche(structures_recherche, rowid, mots) VALUES ('delete', old.id, old.mots);
        INSERT INTO structures_recherche(rowid, mots) VALUES (new.id, new.mots);
    END
    """,
]
SQLITE_INVERSE = [
    "DROP TRIGGER structure_mots_ajoutes",
    "DROP TRIGGER structure_mots_retires",
    "DROP TRIGGER structure_mots_changes",
    "DROP TABLE structures_recherche",
]


def poser(apps, schema_editor):
    for ordre in POSTGRESQL if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(ordre)


def retirer(apps, schema_editor):
    for ordre in POSTGRESQL_INVERSE if schema_editor.connection.vendor == "postgresql" else SQLITE_INVERSE:
        schema_editor.execute(ordre)


class Migration(migrations.Migration):
    dependencies = [("structures", "0001_initial")]

    operations = [TrigramExtension(), migrations.RunPython(poser, retirer)]
