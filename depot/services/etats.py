"""Le seul passage d'un état à l'autre."""

from depot.enums import TRANSITIONS, EtatDocument
from depot.erreurs import TransitionInterdite
from depot.models import Document


def passer(document: Document, etat: EtatDocument) -> None:
    """Change l'état, sans enregistrer. Lève `TransitionInterdite` si la table ne le permet pas."""
    if etat not in TRANSITIONS[EtatDocument(document.etat)]:
        raise TransitionInterdite(
            f"Ce document est « {document.get_etat_display()} » : il ne peut pas devenir « {etat.label} »."
        )
    document.etat = etat
