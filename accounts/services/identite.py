"""Tenir son identité à jour."""

from django.db import transaction

from accounts import courriels
from accounts.models import Utilisateur
from accounts.services.commun import Identite, resume, verrouiller
from journal.services import consigner

LIBELLES = {
    "prenom": "prénom",
    "nom": "nom",
    "telephone": "téléphone professionnel",
    "structure": "structure d'appartenance",
}


def modifier_identite(*, acteur: Utilisateur, identite: Identite) -> None:
    """Enregistre l'identité, et écrit à la personne ce qui a changé."""
    with transaction.atomic():
        personne = verrouiller(acteur)
        avant = resume(Identite(personne.prenom, personne.nom, personne.telephone, personne.structure))
        apres = resume(identite)
        changes = [champ for champ in apres if apres[champ] != avant[champ]]
        if not changes:
            return
        personne.prenom, personne.nom = identite.prenom, identite.nom
        personne.telephone, personne.structure = identite.telephone, identite.structure
        personne.save(update_fields=["prenom", "nom", "telephone", "structure"])
        consigner(
            acteur=personne,
            action="identite.modifiee",
            objet=personne,
            avant={champ: avant[champ] for champ in changes},
            apres={champ: apres[champ] for champ in changes},
        )
        courriels.identite_modifiee(personne, [LIBELLES[champ] for champ in changes])


def quitter_structure_d_appartenance(*, acteur: Utilisateur) -> None:
    with transaction.atomic():
        personne = verrouiller(acteur)
        avant = str(personne.structure or "")
        personne.structure = None
        personne.save(update_fields=["structure"])
        consigner(acteur=personne, action="identite.modifiee", objet=personne, avant={"structure": avant})
