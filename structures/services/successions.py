"""Dire qui remplace un établissement qui a fermé ou disparu."""

from django.db import transaction

from journal.services import Acteur, consigner
from structures.enums import EtatStructure
from structures.models import Structure


class SuccessionImpossible(Exception):
    """Le message dit pourquoi, et quoi faire."""


@transaction.atomic
def designer_successeur(*, structure: Structure, successeur: Structure | None, acteur: Acteur) -> None:
    """`successeur` absent efface celui d'avant. Lève `SuccessionImpossible`."""
    structure = Structure.objects.select_for_update(of=("self",)).get(pk=structure.pk)
    if structure.etat == EtatStructure.OUVERT:
        raise SuccessionImpossible(f"{structure.nom} est ouvert : seul un établissement fermé ou absent est remplacé.")
    if successeur and successeur.etat != EtatStructure.OUVERT:
        raise SuccessionImpossible(f"{successeur.nom} n'est pas ouvert : choisissez un établissement ouvert.")
    avant = structure.successeur
    structure.successeur = successeur
    structure.save(update_fields=["successeur"])
    consigner(
        acteur=acteur,
        action="structure.successeur_designe",
        objet=structure,
        avant={"successeur": str(avant or "")},
        apres={"successeur": str(successeur or "")},
    )
