"""Le juge dans un processus enfant, limité en mémoire et en temps : un fichier piégé n'entraîne que lui."""

import json
import logging
import resource
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from depot.juge.verdicts import EXAMEN, Nature, Verdict

logger = logging.getLogger(__name__)
MEMOIRE_MAX = 1_000_000_000
SECONDES_MAX = 20
RACINE = Path(__file__).resolve().parent.parent.parent


def juger(chemin: Path, nature: Nature, nom: str, taille_max: int) -> Verdict:
    """Comme `chaine.juger`. Une panne ou un dépassement rend `EXAMEN` : ce n'est pas la faute du fichier."""
    commande = [sys.executable, "-m", "depot.juge", "--un", str(chemin), nature.value, nom, str(taille_max)]
    try:
        enfant = subprocess.run(  # noqa: S603 — nos arguments, sans interprète de commandes
            commande, cwd=RACINE, env={}, capture_output=True, timeout=SECONDES_MAX, check=True
        )
        return Verdict.de_donnees(json.loads(enfant.stdout))
    except (subprocess.SubprocessError, OSError, ValueError, KeyError) as erreur:
        logger.warning("Le juge n'a pas rendu de verdict sur %s : %s", chemin.name, type(erreur).__name__)
        return EXAMEN


def se_limiter() -> None:
    """À appeler par l'enfant avant toute lecture. macOS n'accepte pas la limite de mémoire : on y juge sans elle."""
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE_MAX, MEMOIRE_MAX))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDES_MAX, SECONDES_MAX))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
