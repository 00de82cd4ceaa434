"""Ce que chaque gestionnaire a choisi de voir dans la file."""

from accounts.models import Utilisateur
from habilitations.models import ChoixDeFile


def retenir_les_choix(*, acteur: Utilisateur, choix: str) -> None:
    """`choix` : les paramètres de l'adresse de la file. Un confort, que le journal n'a pas à garder."""
    if not ChoixDeFile.objects.filter(personne=acteur).update(choix=choix):
        ChoixDeFile.objects.get_or_create(personne=acteur, defaults={"choix": choix})
