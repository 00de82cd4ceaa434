from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('depot', '0004_etats_du_document'),
        ('structures', '0003_histoire_du_registre'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name='document',
            index=models.Index(condition=models.Q(('etat__in', ['controle', 'en_analyse'])), fields=['prochaine_analyse_le'], name='document_a_analyser'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.UniqueConstraint(condition=models.Q(('cle_envoi', ''), _negated=True), fields=('deposant', 'cle_envoi', 'sha256', 'structure', 'campagne', 'nature'), name='un_document_par_envoi'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(('etat', 'recu'), _negated=True), name='document_garde_est_controle'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('etat', 'publie'), _negated=True), ('analyse_le__isnull', False), _connector='OR'), name='document_publie_est_analyse'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('etat__in', ['infecte', 'refuse']), _negated=True), models.Q(('analyse_le__isnull', False), models.Q(('constat', ''), _negated=True)), _connector='OR'), name='document_ecarte_a_un_constat'),
        ),
        migrations.AddConstraint(
            model_name='document',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('bail_jusqu_au__isnull', False), ('etat', 'en_analyse')), models.Q(models.Q(('etat', 'en_analyse'), _negated=True), ('bail_jusqu_au__isnull', True)), _connector='OR'), name='document_en_analyse_a_un_bail'),
        ),
    ]
