"""La réponse qui porte un tableau à emporter."""

from collections.abc import Iterable, Sequence

from django.http import FileResponse, Http404, HttpResponseBase, StreamingHttpResponse
from django.utils.text import slugify

from structures.tableaux import Feuille, Valeur, en_classeur, en_csv, en_parquet

EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS = ("xlsx", "csv")
# Ceux des données à exploiter, non d'une liste à lire.
FORMATS_DE_DONNEES = (*FORMATS, "parquet")


def reponse_tableau(
    titre: str, colonnes: Sequence[str], lignes: Iterable[Sequence[Valeur]], *, format_: str
) -> HttpResponseBase:
    """Le tableau en pièce à télécharger ; `titre` nomme le fichier et la feuille. 404 si le format est inconnu."""
    if format_ not in FORMATS_DE_DONNEES:
        raise Http404
    nom = f"{slugify(titre)}.{format_}"
    if format_ == "xlsx":
        classeur = en_classeur(Feuille(titre, colonnes, lignes))
        return FileResponse(classeur, as_attachment=True, filename=nom, content_type=EXCEL)
    if format_ == "parquet":
        parquet = en_parquet(colonnes, lignes)
        return FileResponse(parquet, as_attachment=True, filename=nom, content_type="application/vnd.apache.parquet")
    return StreamingHttpResponse(
        en_csv(colonnes, lignes),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{nom}"'},
    )
