"""Ce que le dépôt refuse, en une phrase à montrer telle quelle."""


class DepotImpossible(Exception):
    """Le geste n'est pas permis maintenant ; le message dit pourquoi."""


class FichierRefuse(DepotImpossible):
    """Le juge refuse le fichier : rien n'en est gardé."""


class StockagePlein(DepotImpossible):
    """La place manque : rien n'est gardé, et ce n'est pas la faute du fichier."""

    def __init__(self) -> None:
        super().__init__(
            "Le portail ne peut pas enregistrer de fichier en ce moment. Rien n'a été gardé : réessayez plus tard."
        )


class TransitionInterdite(DepotImpossible):
    """L'état du document ne permet plus ce geste."""
