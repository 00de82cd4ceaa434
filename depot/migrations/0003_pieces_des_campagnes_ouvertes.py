"""Les campagnes déjà ouvertes attendaient les deux rapports de toutes les structures : elles le disent désormais."""

from django.db import migrations


def attendre_les_deux_rapports(apps, schema_editor):
    base = schema_editor.connection.alias
    campagnes = apps.get_model("depot", "Campagne").objects.using(base)
    apps.get_model("depot", "PieceAttendue").objects.using(base).bulk_create(
        [
            apps.get_model("depot", "PieceAttendue")(
                campagne=campagne, categorie=categorie, nature=nature, exigence="obligatoire"
            )
            for campagne in campagnes.filter(pieces=None)
            for categorie in ("190", "189")
            for nature in ("quantitatif", "qualitatif")
        ]
    )


class Migration(migrations.Migration):
    dependencies = [("depot", "0002_calendrier_des_campagnes")]

    operations = [migrations.RunPython(attendre_les_deux_rapports, migrations.RunPython.noop)]
