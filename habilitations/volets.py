"""Ce que les habilitations ajoutent à l'annuaire : qui est habilité, et où quelqu'un l'est."""

from django.dispatch import receiver
from django.template.loader import render_to_string

from accounts.models import Utilisateur
from habilitations.models import Habilitation
from habilitations.queries import habilitees
from structures.models import Structure
from structures.raccords import fiche_montree, structures_employees


@receiver(fiche_montree)
def personnes_habilitees(structure: Structure, personne: Utilisateur, **autres: object) -> str:
    """Pour une personne gestionnaire de l'endroit ; rien pour les autres."""
    habilitations = habilitees(personne, structure)
    if habilitations is None:
        return ""
    return render_to_string("habilitations/volet_habilitees.html", {"habilitations": habilitations})


@receiver(structures_employees)
def structures_ou_quelqu_un_est_habilite(**autres: object) -> set[int]:
    tenues = Habilitation.objects.actives().exclude(structure=None)
    return set(tenues.values_list("structure_id", flat=True))
