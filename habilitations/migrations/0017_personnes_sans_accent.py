"""Sur PostgreSQL, des trigrammes trouvent une personne par une partie de son nom ou de son adresse, sans accents.

Les expressions sont celles de `sans_accent__icontains` : la base ne s'en sert que si elles sont écrites à l'identique.
"""

from django.db import migrations

CHAMPS = ("nom", "prenom", "identifiant", "courriel")


def index(expression):
    def poser(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            colonnes = ", ".join(f"{expression.format(champ)} gin_trgm_ops" for champ in CHAMPS)
            schema_editor.execute("DROP INDEX utilisateur_recherche")
            schema_editor.execute(f"CREATE INDEX utilisateur_recherche ON accounts_utilisateur USING gin ({colonnes})")

    return poser


class Migration(migrations.Migration):

    dependencies = [
        ('habilitations', '0016_acceptation_automatique'),
        ('structures', '0004_sans_accent'),
    ]

    operations = [migrations.RunPython(index("UPPER(sans_accent({})::text)"), index("UPPER({}::text)"))]
