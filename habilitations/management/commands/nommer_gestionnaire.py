from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Utilisateur
from habilitations.services.gestionnaires import nommer_gestionnaire


class Command(BaseCommand):
    help = "Nomme gestionnaire une personne déjà inscrite, avec le portefeuille qui couvre toute la France."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("identifiant")

    def handle(self, *args: Any, identifiant: str, **options: Any) -> None:
        personne = Utilisateur.objects.filter(identifiant=identifiant.lower()).first()
        if personne is None:
            raise CommandError(f"Personne n'a l'identifiant {identifiant} : la personne doit d'abord créer son compte.")
        portefeuille = nommer_gestionnaire(personne=personne, acteur=None)
        self.stdout.write(f"{personne} est gestionnaire de « {portefeuille} ».")
