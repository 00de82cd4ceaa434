"""Tenir son identité à jour."""

from django.db import transaction

from accounts.models import Utilisateur
from accounts.services.commun import Identite, resume, verrouiller
from journal.services import consigner


def modifier_identite(*, acteur: Utilisateur, identite: Identite) -> None:
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
