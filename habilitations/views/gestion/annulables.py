"""Ce qu'une personne vient de décider et peut encore annuler."""

from typing import Any

from django.utils import timezone

from accounts.models import Utilisateur
from habilitations.queries import annulables


def dernieres_decisions(personne: Utilisateur) -> dict[str, Any]:
    """De quoi remplir le bandeau : les demandes, et dans combien de secondes le relire."""
    demandes = annulables(personne)
    departs = [demande.courriel_de_decision.prochain_essai_le for demande in demandes if demande.courriel_de_decision]
    reste = (min(departs) - timezone.now()).total_seconds() if departs else 0
    return {"annulables": demandes, "relire_dans": int(reste) + 1}
