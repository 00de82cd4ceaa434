"""Une liasse : les documents d'une liste en un ZIP, qui part à mesure qu'il se fait."""

from collections.abc import Iterable, Iterator

from django.core.files.storage import default_storage
from zipstream import ZipStream

from depot.juge import noms
from depot.models import Document

SOMMAIRE = "sommaire.csv"


def liasse(documents: Iterable[Document], sommaire: bytes) -> ZipStream:
    """Rien n'est compressé : classeurs et PDF le sont déjà, et la taille du ZIP se sait d'avance (`len`).

    Les documents sont publiés, lus avec leur structure (et son département) et leur campagne.
    """
    archive = ZipStream(sized=True)
    archive.add(sommaire, SOMMAIRE)
    for document in documents:
        archive.add(_contenu(document), nom_dans_la_liasse(document), size=document.taille)
    return archive


def nom_dans_la_liasse(document: Document) -> str:
    """« 2026/35 - Ille-et-Vilaine/350000123 CAMSP DES TILLEULS - quantitatif v2.xlsx ».

    Unique : une structure n'a qu'un document par campagne, nature et version.
    """
    structure = document.structure
    lieu = (
        f"{structure.departement.code} - {structure.departement.nom}" if structure.departement else "Sans département"
    )
    radical = f"{structure.numero_finess} {structure.nom[:80]} - {document.nature} v{document.version}"
    return "/".join([str(document.campagne.annee), noms.nettoyer(lieu), noms.nettoyer(f"{radical}.{document.type}")])


def _contenu(document: Document) -> Iterator[bytes]:
    with default_storage.open(document.emplacement) as fichier:
        yield from fichier.chunks()
