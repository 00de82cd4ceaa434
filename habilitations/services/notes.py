"""Les notes que les gestionnaires s'écrivent sur une demande."""

from django.db import transaction

from accounts.models import Utilisateur
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, NotePrivee
from journal.services import consigner


@transaction.atomic
def ecrire_note(*, demande: Demande, acteur: Utilisateur, texte: str) -> NotePrivee:
    """Le journal dit qu'une note est écrite, non ce qu'elle dit : supprimée, elle ne reste nulle part."""
    if not texte.strip():
        raise DemandeImpossible("Écrivez la note avant de l'enregistrer.")
    note = NotePrivee.objects.create(demande=demande, auteur=acteur, texte=texte.strip())
    consigner(acteur=acteur, action="demande.note_ecrite", objet=demande)
    return note


@transaction.atomic
def supprimer_note(*, note: NotePrivee, acteur: Utilisateur) -> None:
    """Supprime une note qu'`acteur` a écrite ; lève `DemandeImpossible` pour celle d'une autre personne."""
    if note.auteur_id != acteur.pk:
        raise DemandeImpossible("Seule la personne qui a écrit une note peut la supprimer.")
    supprimees, _ = NotePrivee.objects.filter(pk=note.pk).delete()
    if supprimees:
        consigner(acteur=acteur, action="demande.note_supprimee", objet=note.demande)
