"""Le délai d'une demande : il court à l'envoi, s'arrête à chaque question et à la fin, reprend à chaque réponse.

Chaque fonction change la demande relue sous verrou ; l'appelant l'enregistre.
"""

from django.utils import timezone

from habilitations.delais import jour_ouvre
from habilitations.models import Demande


def lancer(demande: Demande) -> None:
    demande.delai_depuis, demande.delai_jours = timezone.localdate(), None


def arreter(demande: Demande) -> None:
    """Sans effet sur une demande jamais partie, ou dont le délai est déjà arrêté."""
    demande.delai_jours = demande.age


def relancer(demande: Demande) -> None:
    """Fait courir le délai d'où il s'était arrêté : le temps passé à attendre la personne ne compte pas."""
    if demande.delai_jours is None:
        return
    demande.delai_depuis = jour_ouvre(timezone.localdate(), -demande.delai_jours, departement=demande.departement_id)
    demande.delai_jours = None
