"""Un index par liste de la file, avec de quoi juger qui voit chaque demande.

La table peut être grande : PostgreSQL les crée sans la bloquer, ce qu'il ne fait que hors transaction.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class AjouterIndex(AddIndexConcurrently):
    def database_forwards(self, app_label, schema_editor, *etats):
        self._ici(schema_editor).database_forwards(self, app_label, schema_editor, *etats)

    def database_backwards(self, app_label, schema_editor, *etats):
        self._ici(schema_editor).database_backwards(self, app_label, schema_editor, *etats)

    def _ici(self, schema_editor):
        return AddIndexConcurrently if schema_editor.connection.vendor == 'postgresql' else migrations.AddIndex


def index(nom, condition, *champs):
    return AjouterIndex(model_name='demande', index=models.Index(condition=condition, fields=[*champs], name=nom))


RANG = ('soumise_le', 'id')
ENVOYEES = Q(('soumise_le__isnull', False))


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('habilitations', '0017_personnes_sans_accent'),
    ]

    operations = [
        index('demande_a_traiter', Q(('etat', 'en_attente')), *RANG, 'etendue', 'profil', 'demandeur'),
        index('demande_a_completer', Q(('etat', 'a_completer')), *RANG, 'etendue', 'profil', 'demandeur'),
        index('demande_toutes', ENVOYEES, *RANG, 'etendue', 'profil', 'demandeur', 'etat'),
        index('demande_profil', ENVOYEES, 'profil', *RANG, 'etendue', 'demandeur', 'etat'),
        index('demande_lieu', ENVOYEES, 'etendue', *RANG, 'profil', 'demandeur', 'etat'),
        index('demande_de_type', ENVOYEES, 'type', *RANG, 'etendue', 'profil', 'demandeur', 'etat'),
        index(
            'demande_affectation',
            Q(('affectee_a__isnull', False)),
            *('affectee_a', *RANG, 'etendue', 'profil', 'demandeur', 'etat'),
        ),
        *(
            migrations.RemoveIndex(model_name='demande', name=nom)
            for nom in ('demande_file', 'demande_liste', 'demande_etendue', 'demande_type', 'demande_affectee')
        ),
    ]
