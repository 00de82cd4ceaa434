"""Les établissements d'un fichier déjà examiné, sous une même forme pour les deux formats."""

from collections.abc import Iterator

from structures.finess import classique, lecture, plus
from structures.finess.etablissement import Lue


def fiches(examen: lecture.Examen) -> Iterator[Lue]:
    """Lève `lecture.FichierRefuse` si le fichier s'arrête trop tôt ou n'a pas la forme attendue."""
    if examen.format is lecture.Format.PLUS:
        with lecture.ouvrir(examen) as octets:
            yield from plus.lire(octets)
    else:
        yield from map(_classique, lecture.lire(examen))


def _classique(ligne: lecture.Ligne) -> Lue:
    if ligne.motif:
        return Lue(ligne.numero, None, ligne.motif)
    return Lue(ligne.numero, classique.FicheClassique(ligne.colonnes))
