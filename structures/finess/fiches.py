"""Les établissements d'un fichier déjà examiné, sous une même forme pour les deux formats."""

from collections.abc import Iterator

from structures.finess import classique, plus
from structures.finess.etablissement import Lue
from structures.finess.lecture import Examen, Format, ouvrir


def fiches(examen: Examen, connues: bytes = b"") -> Iterator[Lue]:
    """`connues` marque les rangs que le format classique passe sans les lire.

    Lève `FichierRefuse` si le fichier s'arrête trop tôt ou n'a pas la forme attendue.
    """
    if examen.format is Format.CLASSIQUE:
        yield from classique.lire(examen, connues)
        return
    with ouvrir(examen) as octets:
        yield from plus.lire(octets)
