import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


def remettre_a_l_analyse(apps, schema_editor):
    """Ce qui fut publié sans antivirus passe par lui avant de se télécharger à nouveau."""
    apps.get_model("depot", "Document").objects.filter(etat="publie").update(etat="controle")


class Migration(migrations.Migration):

    dependencies = [
        ('depot', '0003_pieces_des_campagnes_ouvertes'),
        ('structures', '0003_histoire_du_registre'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='document',
            name='analyse_le',
            field=models.DateTimeField(blank=True, null=True, verbose_name='analysé le'),
        ),
        migrations.AddField(
            model_name='document',
            name='analyses',
            field=models.PositiveSmallIntegerField(default=0, verbose_name='analyses entreprises'),
        ),
        migrations.AddField(
            model_name='document',
            name='bail_jusqu_au',
            field=models.DateTimeField(blank=True, null=True, verbose_name="pris par un ouvrier jusqu'au"),
        ),
        migrations.AddField(
            model_name='document',
            name='cle_envoi',
            field=models.CharField(blank=True, editable=False, max_length=36, verbose_name="clé d'envoi"),
        ),
        migrations.AddField(
            model_name='document',
            name='constat',
            field=models.CharField(blank=True, max_length=500, verbose_name="constat de l'analyse ou de l'examen"),
        ),
        migrations.AddField(
            model_name='document',
            name='prochaine_analyse_le',
            field=models.DateTimeField(default=django.utils.timezone.now, verbose_name='prochaine analyse'),
        ),
        migrations.AlterField(
            model_name='document',
            name='etat',
            field=models.CharField(choices=[('recu', 'Reçu'), ('controle', 'Analyse en attente'), ('en_analyse', "En cours d'analyse"), ('publie', 'Déposé'), ('infecte', "Refusé par l'antivirus"), ('examen_manuel', 'En examen'), ('refuse', 'Refusé après examen')], default='recu', max_length=13, verbose_name='état'),
        ),
        migrations.RunPython(remettre_a_l_analyse, migrations.RunPython.noop, elidable=True),
    ]
