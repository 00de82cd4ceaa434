"""Lectures des comptes."""

from accounts.queries.empechements import pourquoi_ne_peut_elle_pas_entrer
from accounts.queries.export import PARTIES
from accounts.queries.facteurs import (
    Facteur,
    codes_de_secours_restants,
    facteur_a_activer,
    facteur_tenu,
    facteurs,
    moyen_tenu,
    moyens_de_verification,
)
from accounts.queries.personnes import (
    CHAMPS_CHERCHES,
    a_confirmer,
    courriel_a_confirmer,
    identifiants_pris,
    nommees,
    par_identifiant_ou_courriel,
    sessions_ouvertes,
    vient_d_une_adresse_habituelle,
)

__all__ = [
    "CHAMPS_CHERCHES",
    "PARTIES",
    "Facteur",
    "a_confirmer",
    "codes_de_secours_restants",
    "courriel_a_confirmer",
    "facteur_a_activer",
    "facteur_tenu",
    "facteurs",
    "identifiants_pris",
    "moyen_tenu",
    "moyens_de_verification",
    "nommees",
    "par_identifiant_ou_courriel",
    "pourquoi_ne_peut_elle_pas_entrer",
    "sessions_ouvertes",
    "vient_d_une_adresse_habituelle",
]
