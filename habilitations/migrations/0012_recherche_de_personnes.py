"""Sur PostgreSQL, des trigrammes trouvent une personne par une partie de son nom ou de son adresse.

Les expressions sont celles de `icontains` : la base ne s'en sert que si elles sont écrites à l'identique.
"""

from django.db import migrations

CHAMPS = ("nom", "prenom", "identifiant", "courriel")


def poser(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        colonnes = ", ".join(f"UPPER({champ}::text) gin_trgm_ops" for champ in CHAMPS)
        schema_editor.execute(f"CREATE INDEX utilisateur_recherche ON accounts_utilisateur USING gin ({colonnes})")


def retirer(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("DROP INDEX utilisateur_recherche")


class Migration(migrations.Migration):

    dependencies = [
        ('habilitations', '0011_situer_les_demandes'),
        ('accounts', '0006_donnees_personnelles'),
        ('structures', '0002_recherche'),
    ]

    operations = [migrations.RunPython(poser, retirer)]
