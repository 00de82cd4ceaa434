from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from depot.antivirus import Antivirus, AntivirusIndisponible
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
            self._exiger_l_antivirus()
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

    def _exiger_l_antivirus(self) -> None:
        """La démonstration se passe d'antivirus, mais pas de celui qu'on lui dit d'employer."""
        if not settings.CLAMAV_URL:
            return
        try:
            Antivirus(settings.CLAMAV_URL, settings.CLAMAV_DELAI).version()
        except AntivirusIndisponible as panne:
            raise CommandError(
                f"L'antivirus de CLAMAV_URL ({settings.CLAMAV_URL}) ne répond pas ({panne}) : démarrez-le, "
                "ou retirez CLAMAV_URL pour une démonstration sans antivirus."
            ) from panne
