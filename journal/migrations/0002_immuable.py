"""La base refuse de modifier le journal, ou d'en effacer une ligne de moins de six mois (plancher de la CNIL)."""

from django.db import migrations

POSTGRESQL = """
CREATE FUNCTION journal_immuable() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.date < now() - interval '6 months' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'Le journal ne se modifie pas.';
END $$;
CREATE TRIGGER journal_immuable BEFORE UPDATE OR DELETE ON journal_evenement
    FOR EACH ROW EXECUTE FUNCTION journal_immuable();
"""
POSTGRESQL_INVERSE = """
DROP TRIGGER journal_immuable ON journal_evenement;
DROP FUNCTION journal_immuable();
"""
SQLITE = [
    """
    CREATE TRIGGER journal_sans_modification BEFORE UPDATE ON journal_evenement
    BEGIN SELECT RAISE(ABORT, 'Le journal ne se modifie pas.'); END
    """,
    """
    CREATE TRIGGER journal_sans_suppression BEFORE DELETE ON journal_evenement
    WHEN OLD.date >= datetime('now', '-6 months')
    BEGIN SELECT RAISE(ABORT, 'Le journal ne se modifie pas.'); END
    """,
]
SQLITE_INVERSE = ["DROP TRIGGER journal_sans_modification", "DROP TRIGGER journal_sans_suppression"]


def poser(apps, schema_editor):
    for ordre in [POSTGRESQL] if schema_editor.connection.vendor == "postgresql" else SQLITE:
        schema_editor.execute(ordre)


def retirer(apps, schema_editor):
    for ordre in [POSTGRESQL_INVERSE] if schema_editor.connection.vendor == "postgresql" else SQLITE_INVERSE:
        schema_editor.execute(ordre)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]

    operations = [migrations.RunPython(poser, retirer)]
