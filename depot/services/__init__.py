"""Tout ce qui écrit dans le dépôt : déposer, jeter, restaurer, ouvrir une campagne."""

from depot.services.analyses import analyser, analyser_en_attente, surveiller
from depot.services.campagnes import (
    Calendrier,
    clore_campagne,
    modifier_campagne,
    ouvrir_campagne,
    prolonger,
    retirer_prolongation,
    rouvrir_campagne,
)
from depot.services.comptes import apercu_de_fusion, fusionner
from depot.services.confirmations import confirmer, oublier_les_attentes, renoncer
from depot.services.corbeille import annoncer_les_effacements, restaurer, supprimer, vider_la_corbeille
from depot.services.depots import Envoi, deposer
from depot.services.examens import (
    corrections,
    lire_les_chiffres,
    ouvrir_pour_examen,
    publier_apres_examen,
    refuser_apres_examen,
    rejuger,
)
from depot.services.fichiers import balayer
from depot.services.publications import Destination, publier, remplacer, retirer
from depot.services.relances import Tournee, relancer

__all__ = [
    "Calendrier",
    "Destination",
    "Envoi",
    "Tournee",
    "analyser",
    "analyser_en_attente",
    "annoncer_les_effacements",
    "apercu_de_fusion",
    "balayer",
    "clore_campagne",
    "confirmer",
    "corrections",
    "deposer",
    "fusionner",
    "lire_les_chiffres",
    "modifier_campagne",
    "oublier_les_attentes",
    "ouvrir_campagne",
    "ouvrir_pour_examen",
    "prolonger",
    "publier",
    "publier_apres_examen",
    "refuser_apres_examen",
    "rejuger",
    "relancer",
    "remplacer",
    "renoncer",
    "restaurer",
    "retirer",
    "retirer_prolongation",
    "rouvrir_campagne",
    "supprimer",
    "surveiller",
    "vider_la_corbeille",
]
