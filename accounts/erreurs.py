"""Ce que les comptes refusent, en une phrase à montrer telle quelle."""


class TransitionInterdite(Exception):
    """L'état du compte ne permet pas ce geste."""


class GesteRefuse(Exception):
    """La personne n'a pas le droit de faire ce geste ; le message dit pourquoi."""
