"""Dire qui s'occupe d'une demande ; les autres gestionnaires qui la couvrent peuvent toujours la décider."""

from django.db import transaction

from accounts.models import Utilisateur
from habilitations.enums import NON_DECIDEES
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Demande, Habilitation
from habilitations.queries import gestionnaires_couvrant
from habilitations.services.verrous import relire_demande
from journal.services import Acteur, consigner


@transaction.atomic
def affecter(*, demande: Demande, a: Utilisateur | None, acteur: Utilisateur) -> Demande:
    """Affecte la demande à une personne gestionnaire qui la couvre, ou la rend à tous (`a` vaut None).

    Lève `TransitionInterdite` si elle n'est plus à décider, `DemandeImpossible` si `a` ne la couvre pas.
    """
    demande = relire_demande(demande)
    if demande.etat not in NON_DECIDEES:
        raise TransitionInterdite(demande)
    if a is not None and not gestionnaires_couvrant(demande).filter(pk=a.pk).exists():
        raise DemandeImpossible(f"Aucun portefeuille de {a} ne couvre cette demande : choisissez quelqu'un d'autre.")
    if demande.affectee_a_id == (a.pk if a else None):
        return demande
    return _changer(demande, a, acteur)


def rendre_les_affectations(*, personne: Utilisateur, acteur: Acteur) -> None:
    """Rend à tous les demandes affectées à qui n'est plus gestionnaire ; l'appelant a verrouillé la personne."""
    if not Habilitation.objects.de_gestion().filter(titulaire=personne).exists():
        for demande in Demande.objects.non_decidees().filter(affectee_a=personne).select_related("affectee_a"):
            _changer(demande, None, acteur)


def _changer(demande: Demande, a: Utilisateur | None, acteur: Acteur) -> Demande:
    avant, demande.affectee_a = demande.affectee_a, a
    demande.save(update_fields=["affectee_a"])
    consigner(
        acteur=acteur,
        action="demande.affectee" if a else "demande.desaffectee",
        objet=demande,
        avant={"a": str(avant)} if avant else {},
        apres={"a": str(a)} if a else {},
    )
    return demande
