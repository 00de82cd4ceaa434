"""Le récapitulatif du matin : ce qui est arrivé, ce qui tarde, ce qui attend."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.conf import settings

from accounts.models import Utilisateur
from habilitations.models import Demande, confiees_a
from habilitations.queries.demandes import lues

# Au-delà, le courriel dit combien, et la file montre le reste.
LIGNES = 10


@dataclass(frozen=True)
class Recapitulatif:
    en_attente: int
    nombre_de_nouvelles: int
    nouvelles: Sequence[Demande]
    nombre_en_retard: int
    en_retard: Sequence[Demande]


def recapitulatif(personne: Utilisateur, depuis: date) -> Recapitulatif:
    """Les demandes que la personne peut décider ; nouvelles, celles envoyées depuis ce jour compris.

    Celles de qui la personne supplée y sont : qui s'absente ne reçoit pas le sien.
    """
    attendent = lues(confiees_a(personne).en_attente()).order_by("soumise_le", "pk")
    nouvelles = attendent.filter(soumise_le__date__gte=depuis)
    # En retard se dit au-delà du seuil : un jour ouvré de plus.
    en_retard = attendent.agees_de(settings.DEMANDE_RETARD_JOURS + 1)
    return Recapitulatif(
        en_attente=attendent.count(),
        nombre_de_nouvelles=nouvelles.count(),
        nouvelles=list(nouvelles[:LIGNES]),
        nombre_en_retard=en_retard.count(),
        en_retard=list(en_retard[:LIGNES]),
    )
