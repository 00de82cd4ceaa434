"""Ce que les comptes refusent, en une phrase à montrer telle quelle."""


class TransitionInterdite(Exception):
    """L'état du compte ne permet pas ce geste."""


class GesteRefuse(Exception):
    """La personne n'a pas le droit de faire ce geste ; le message dit pourquoi."""


class CodeRefuse(Exception):
    """Le second facteur n'est pas prouvé ; le message dit quoi faire, et combien attendre."""


class EnvoiRefuse(Exception):
    """Le code n'a pas pu partir ; le message dit quand réessayer ou par où passer."""
