"""Ce que partagent les pages de l'espace."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone

from accounts.models import Utilisateur
from depot import permissions, queries
from depot.erreurs import StockageIndisponible
from depot.liasses import liasse
from depot.models import Document, DocumentQuerySet, Publication
from habilitations.gardes import Acces
from structures.tableaux import en_csv

PAR_PAGE = 25


def personne(request: HttpRequest) -> Utilisateur:
    # La garde n'ouvre ces vues qu'à une personne connectée.
    return cast("Utilisateur", request.user)


def rendre(
    request: HttpRequest, acces: Acces, gabarit: str, contexte: dict[str, Any], *, statut: int = 200
) -> HttpResponse:
    """Une page de l'espace ; son nom de gabarit dit où l'on est dans le menu."""
    commun = {
        "onglet": gabarit,
        "peut_deposer": permissions.peut_deposer(acces),
        "lit_tout": permissions.lit_tout(acces),
    }
    return render(request, f"depot/{gabarit}.html", commun | contexte, status=statut)


def paginer(request: HttpRequest, lignes: QuerySet[Any] | Sequence[Any], *, nombre: int | None = None) -> Page[Any]:
    """`nombre` : celui des lignes, s'il est déjà connu."""
    pages = Paginator(lignes, PAR_PAGE)
    if nombre is not None:
        pages.count = nombre
    return pages.get_page(request.GET.get("page"))


def piece_jointe(request: HttpRequest, garde: Document | Publication) -> HttpResponseBase:
    """Le fichier gardé, à télécharger ; si le stockage ne répond pas, la liste, qui le dit."""
    try:
        fichier = default_storage.open(garde.emplacement)
    except StockageIndisponible:
        messages.error(request, f"« {garde.nom_fichier} » ne peut pas être lu en ce moment : réessayez plus tard.")
        return redirect("depot:documents")
    return a_telecharger(fichier, garde.nom_fichier, garde.type_mime)


def a_telecharger(fichier: File[Any], nom: str, type_mime: str) -> FileResponse:
    """Un fichier que le navigateur enregistre : rien ne l'exécute ni ne le garde en chemin."""
    reponse = FileResponse(fichier, as_attachment=True, filename=nom, content_type=type_mime)
    reponse["Content-Security-Policy"] = "default-src 'none'; sandbox"
    reponse["Cache-Control"] = "private, no-store"
    reponse["X-Content-Type-Options"] = "nosniff"
    return reponse


def reponse_liasse(documents: DocumentQuerySet, nom: str) -> StreamingHttpResponse:
    """Les documents publiés de la liste, en un ZIP qui part à mesure, et leur sommaire."""
    publies = queries.en_liasse(documents)
    if not publies.exists():
        raise Http404
    sommaire = b"".join(en_csv(queries.COLONNES_DES_DOCUMENTS, queries.lignes_des_documents(publies)))
    archive = liasse(publies.iterator(chunk_size=500), sommaire)
    reponse = StreamingHttpResponse(archive, content_type="application/zip")
    reponse["Content-Disposition"] = f'attachment; filename="{nom}-{timezone.localdate():%Y-%m-%d}.zip"'
    reponse["Content-Length"] = str(len(archive))
    return reponse
