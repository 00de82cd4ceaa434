"""Échéance, période de retard, consignes, pièces attendues et prolongations."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("depot", "0001_initial"),
        ("structures", "0003_histoire_du_registre"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint("campagne", "campagne_finit_apres_son_debut"),
        migrations.RenameField("campagne", "close_le", "echeance_le"),
        migrations.AlterField("campagne", "echeance_le", models.DateField("échéance")),
        migrations.AddField(
            "campagne", "retard_jusqu_au", models.DateField("retard accepté jusqu'au", null=True, blank=True)
        ),
        migrations.AddField(
            "campagne",
            "fermee_le",
            models.DateTimeField("close avant terme le", null=True, blank=True, editable=False),
        ),
        migrations.AddField("campagne", "consignes", models.TextField(blank=True, default=""), preserve_default=False),
        migrations.AddConstraint(
            "campagne",
            models.CheckConstraint(
                condition=Q(echeance_le__gte=F("ouverte_le")),
                name="campagne_finit_apres_son_debut",
                violation_error_message="L'échéance doit suivre le premier jour : corrigez les dates.",
            ),
        ),
        migrations.AddConstraint(
            "campagne",
            models.CheckConstraint(
                condition=Q(retard_jusqu_au=None) | Q(retard_jusqu_au__gt=F("echeance_le")),
                name="campagne_retard_apres_l_echeance",
                violation_error_message="La période de retard finit après l'échéance : corrigez les dates.",
            ),
        ),
        migrations.AddField(
            "document",
            "en_retard",
            models.BooleanField("déposé après l'échéance", default=False, editable=False),
        ),
        migrations.CreateModel(
            name="PieceAttendue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "categorie",
                    models.CharField(choices=[("190", "CAMSP"), ("189", "CMPP")], max_length=4, verbose_name="catégorie"),
                ),
                (
                    "nature",
                    models.CharField(
                        choices=[
                            ("quantitatif", "Rapport d'activité quantitatif"),
                            ("qualitatif", "Rapport d'activité qualitatif"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "exigence",
                    models.CharField(
                        choices=[
                            ("obligatoire", "Obligatoire"),
                            ("facultatif", "Facultatif"),
                            ("non_attendu", "Non attendu"),
                        ],
                        max_length=11,
                    ),
                ),
                (
                    "campagne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="pieces", to="depot.campagne"
                    ),
                ),
            ],
            options={
                "ordering": ["-categorie", "-nature"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["campagne", "categorie", "nature"], name="une_exigence_par_campagne_categorie_nature"
                    ),
                    models.CheckConstraint(condition=~Q(exigence="non_attendu"), name="piece_attendue_est_attendue"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Prolongation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("jusqu_au", models.DateField(verbose_name="jusqu'au")),
                ("motif", models.CharField(max_length=300)),
                (
                    "accordee_le",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False, verbose_name="accordée le"
                    ),
                ),
                (
                    "accordee_par",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="accordée par",
                    ),
                ),
                (
                    "campagne",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="prolongations", to="depot.campagne"
                    ),
                ),
                (
                    "structure",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="prolongations",
                        to="structures.structure",
                    ),
                ),
            ],
            options={
                "ordering": ["jusqu_au", "pk"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=["campagne", "structure"], name="une_prolongation_par_structure_et_campagne"
                    )
                ],
            },
        ),
    ]
