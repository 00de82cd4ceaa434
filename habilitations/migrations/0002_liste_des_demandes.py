from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [('habilitations', '0001_initial')]

    operations = [
        migrations.AddIndex(
            model_name='demande',
            index=models.Index(condition=models.Q(('soumise_le__isnull', False)), fields=['soumise_le', 'id'], name='demande_liste'),
        ),
    ]
