"""Le ménage de chaque nuit : ce qui a passé son temps s'efface. Chaque étape peut être refaite sans dommage."""

import logging
from collections.abc import Callable, Iterator

from captcha.models import CaptchaStore
from django.utils import timezone

from accounts import services as comptes
from courriels import services as courriels
from depot import services as depot
from habilitations import services as habilitations
from journal import services as journal

logger = logging.getLogger(__name__)


def _sessions_codes_et_compteurs() -> int:
    return sum(comptes.purger().values())


def _captchas() -> int:
    effaces: int = CaptchaStore.objects.filter(expiration__lte=timezone.now()).delete()[0]
    return effaces


ETAPES: dict[str, Callable[[], int | None]] = {
    "comptes inactifs avertis": comptes.avertir_les_inactifs,
    "comptes inactifs fermés": comptes.fermer_les_inactifs,
    "comptes fermés anonymisés": comptes.anonymiser_les_comptes,
    "comptes jamais confirmés supprimés": comptes.supprimer_les_non_confirmes,
    "changements d'adresse oubliés": comptes.oublier_les_changements_d_adresse,
    "brouillons de demandes effacés": habilitations.effacer_les_brouillons_oublies,
    "demandes situées de nouveau": habilitations.situer_de_nouveau,
    "effacements de documents annoncés": depot.annoncer_les_effacements,
    "documents de la corbeille effacés": depot.vider_la_corbeille,
    "textes de courriels effacés": courriels.effacer_les_textes,
    "courriels effacés": courriels.purger,
    "sessions, codes et compteurs expirés effacés": _sessions_codes_et_compteurs,
    "classeurs jamais confirmés effacés": depot.oublier_les_attentes,
    "captchas expirés effacés": _captchas,
    "lignes du journal effacées": journal.purger,
}


def faire_le_menage() -> Iterator[tuple[str, int | None, Exception | None]]:
    """Une étape après l'autre : son nom, ce qu'elle a fait, ou l'erreur qui l'a arrêtée sans arrêter les suivantes."""
    for nom, etape in ETAPES.items():
        try:
            fait = etape()
        except Exception as erreur:  # la panne d'une étape ne doit pas retenir les données des autres
            logger.exception("Ménage, %s", nom)
            yield nom, None, erreur
        else:
            yield nom, fait, None
