"""Ce que les habilitations ajoutent à l'annuaire : qui est habilité, et où quelqu'un l'est."""

from django.dispatch import receiver
from django.http import HttpRequest
from django.template.loader import render_to_string

from accounts.models import Utilisateur
from habilitations.enums import ADMINISTRATION
from habilitations.gardes import est_ouverte
from habilitations.models import Habilitation
from habilitations.queries import habilitees
from structures.models import Structure
from structures.raccords import fiche_montree, structures_employees


@receiver(fiche_montree)
def personnes_habilitees(structure: Structure, request: HttpRequest, **autres: object) -> str:
    """Pour une personne gestionnaire de l'endroit, connectée comme sa file l'exige ; rien pour les autres."""
    personne = request.user
    if not isinstance(personne, Utilisateur) or not est_ouverte(request, personne, ADMINISTRATION):
        return ""
    habilitations = habilitees(personne, structure)
    if habilitations is None:
        return ""
    return render_to_string("habilitations/volet_habilitees.html", {"habilitations": habilitations})


@receiver(structures_employees)
def structures_ou_quelqu_un_est_habilite(**autres: object) -> set[int]:
    tenues = Habilitation.objects.actives().exclude(structure=None)
    return set(tenues.values_list("structure_id", flat=True))
