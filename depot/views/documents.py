"""Documents et corbeille."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from depot import permissions, queries, services
from depot.enums import APPLICATION, DEPOSANT
from depot.erreurs import DepotImpossible
from depot.forms import FiltresDocuments
from depot.models import DocumentQuerySet
from depot.views.communs import paginer, personne, piece_jointe, rendre, reponse_liasse
from habilitations.gardes import Acces, acces_application
from structures.views.tableaux import FORMATS, reponse_tableau


@require_GET
@acces_application(APPLICATION)
def documents(request: HttpRequest, acces: Acces) -> HttpResponse:
    form, trouves = _filtres(request, acces)
    poids = queries.peser(trouves)
    contexte = {
        "form": form,
        "page": paginer(request, queries.a_montrer(trouves), nombre=poids.total),
        "filtre": bool(form.choix()),
        "liasse": poids,
        "formats": FORMATS,
        "publications": list(permissions.publications_lisibles(acces)),
        "modifiables": _modifiables(acces),
    }
    return rendre(request, acces, "documents", contexte)


def _modifiables(acces: Acces) -> set[int]:
    """Les structures dont la personne jette et restaure les documents."""
    return set(permissions.structures_de_depot(acces).values_list("pk", flat=True))


def _filtres(request: HttpRequest, acces: Acces) -> tuple[FiltresDocuments, DocumentQuerySet]:
    """Les documents de la liste ; leurs dernières versions seulement, à moins qu'on ne les demande toutes."""
    form = FiltresDocuments(request.GET or None, lit_tout=permissions.lit_tout(acces))
    choix = form.choix()
    gardes = permissions.documents_lisibles(acces).gardes()
    if not choix.pop("versions", False):
        gardes = queries.dernieres_versions(gardes)
    return form, queries.filtrer_documents(gardes, **choix)


@require_GET
@acces_application(APPLICATION)
def exporter_documents(request: HttpRequest, acces: Acces, format_: str) -> HttpResponseBase:
    _, trouves = _filtres(request, acces)
    lignes = queries.lignes_des_documents(trouves)
    return reponse_tableau("Documents CAMSP CMPP", queries.COLONNES_DES_DOCUMENTS, lignes, format_=format_)


@require_GET
@acces_application(APPLICATION)
def liasse_des_documents(request: HttpRequest, acces: Acces) -> StreamingHttpResponse:
    return reponse_liasse(_filtres(request, acces)[1], "documents-camsp-cmpp")


@require_GET
@acces_application(APPLICATION)
def telecharger(request: HttpRequest, acces: Acces, reference: str) -> HttpResponseBase:
    document = get_object_or_404(permissions.documents_lisibles(acces), reference=reference)
    if not document.est_telechargeable:
        raise Http404
    return piece_jointe(request, document)


@require_POST
@acces_application(APPLICATION, profils={DEPOSANT})
def supprimer(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    document = get_object_or_404(permissions.documents_modifiables(acces), reference=reference)
    try:
        services.supprimer(document=document, acteur=personne(request))
        messages.success(request, f"« {document.nom_fichier} » est dans la corbeille. Vous pouvez l'en restaurer.")
    except DepotImpossible as refus:
        messages.error(request, str(refus))
    return redirect("depot:documents")


@require_GET
@acces_application(APPLICATION)
def corbeille(request: HttpRequest, acces: Acces) -> HttpResponse:
    jetes = queries.filtrer_documents(permissions.documents_lisibles(acces).jetes()).order_by("-supprime_le", "-pk")
    contexte = {
        "page": paginer(request, jetes),
        "jours": settings.CORBEILLE_JOURS,
        "modifiables": _modifiables(acces),
    }
    return rendre(request, acces, "corbeille", contexte)


@require_POST
@acces_application(APPLICATION, profils={DEPOSANT})
def restaurer(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    document = get_object_or_404(permissions.documents_modifiables(acces), reference=reference)
    try:
        services.restaurer(document=document, acteur=personne(request))
        messages.success(request, f"« {document.nom_fichier} » est de nouveau parmi vos documents.")
    except DepotImpossible as refus:
        messages.error(request, str(refus))
    return redirect("depot:corbeille")
