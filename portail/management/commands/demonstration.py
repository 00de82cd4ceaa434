from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from depot.services import analyser_en_attente
from portail.services import COMPTES, MOT_DE_PASSE, est_peuple, peupler


class Command(BaseCommand):
    help = "Prépare le portail de démonstration et dit par où entrer ; sans risque à répéter."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("La démonstration crée des comptes au mot de passe connu : elle demande DEMO=1.")
        settings.VAR.mkdir(exist_ok=True)
        call_command("migrate", verbosity=0)
        if not est_peuple():
            self.stdout.write("Chargement des données de démonstration (une seule fois)…")
            call_command("charger_references", stdout=self.stdout)
            peupler()
        # Ce qu'un arrêt a laissé : la démonstration n'a pas d'horloge pour le reprendre.
        analyser_en_attente()
        self.stdout.write(
            "\n".join(
                [
                    "",
                    f"  Portail     {settings.SITE_URL}/",
                    f"  Courriels   {settings.SITE_URL}/demo/courriels/",
                    f"  Support     {settings.SITE_URL}/admin/",
                    "",
                    f"  Comptes de démonstration, mot de passe {MOT_DE_PASSE} :",
                    *(f"    {compte.identifiant:<12}{compte.role}" for compte in COMPTES),
                    "",
                    "  Le code demandé ensuite à la personne gestionnaire et au support se lit dans les courriels.",
                    "",
                ]
            )
        )
