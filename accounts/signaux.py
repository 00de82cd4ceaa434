"""Ce que les comptes annoncent aux applications du dessus, qu'ils ne connaissent pas.

Chaque receveur rend les phrases à dire à la personne.
"""

from django.dispatch import Signal

from accounts.models import Utilisateur

# La page de confirmation s'affiche : que fera le bouton, outre ouvrir le compte ? Rien ne s'écrit ici.
adresse_a_confirmer = Signal()
# L'adresse est confirmée, dans la transaction qui l'écrit : ce que fait un receveur tient ou tombe avec elle.
adresse_confirmee = Signal()


def recueillir(signal: Signal, personne: Utilisateur) -> list[str]:
    """Les phrases de tous les receveurs."""
    reponses = signal.send(sender=Utilisateur, personne=personne)
    return [phrase for _, phrases in reponses for phrase in phrases or []]
