"""Ce que les applications du dessus ajoutent à l'annuaire, qui ne les connaît pas."""

from typing import Any, cast

from django.dispatch import Signal

# Reçoit `structure` et `request` ; rend un morceau de page, ou rien.
fiche_montree = Signal()
# Rend les numéros (pk) des structures où quelqu'un a des droits.
structures_employees = Signal()


def volets(structure: object, request: object) -> list[str]:
    return [
        str(rendu)
        for _, rendu in fiche_montree.send(sender=type(structure), structure=structure, request=request)
        if rendu
    ]


def employees() -> set[int]:
    reponses = cast("list[tuple[Any, set[int]]]", structures_employees.send(sender=None))
    return {numero for _, numeros in reponses for numero in numeros}
