"""Ce que le dépôt refuse, en une phrase à montrer telle quelle."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from depot.classeur.controle import Erreur

if TYPE_CHECKING:
    from depot.models import DepotAConfirmer


class DepotImpossible(Exception):
    """Le geste n'est pas permis maintenant ; le message dit pourquoi."""


class FichierRefuse(DepotImpossible):
    """Le juge refuse le fichier : rien n'en est gardé."""


class ClasseurRefuse(FichierRefuse):
    """Des cellules du classeur sont à corriger : rien n'en est gardé. `erreurs` les dit toutes."""

    def __init__(self, erreurs: Sequence[Erreur]) -> None:
        self.erreurs = erreurs
        nombre = len(erreurs)
        super().__init__(
            "Une cellule du classeur est à corriger."
            if nombre == 1
            else f"{nombre} cellules du classeur sont à corriger."
        )


class AConfirmer(DepotImpossible):
    """Des chiffres surprennent : le classeur est gardé dans `attente`, le temps de dire pourquoi ils sont justes."""

    def __init__(self, attente: "DepotAConfirmer") -> None:
        self.attente = attente
        nombre = len(attente.avertissements)
        super().__init__(f"{nombre} chiffre{'s' if nombre > 1 else ''} à confirmer avant le dépôt.")


class ModeleFautif(DepotImpossible):
    """Ce qu'un modèle dit de ses cellules est fautif ; `fautes` les dit toutes."""

    def __init__(self, fautes: Sequence[str]) -> None:
        self.fautes = fautes
        super().__init__(" ".join(fautes))


class StockagePlein(DepotImpossible):
    """La place manque : rien n'est gardé, et ce n'est pas la faute du fichier."""

    def __init__(self) -> None:
        super().__init__(
            "Le portail ne peut pas enregistrer de fichier en ce moment. Rien n'a été gardé : réessayez plus tard."
        )


class StockageIndisponible(StockagePlein):
    """Le stockage ne répond pas : rien n'y est gardé, ni lu."""


class TransitionInterdite(DepotImpossible):
    """L'état du document ne permet plus ce geste."""
