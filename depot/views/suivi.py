"""Accueil, zone de dépôt, liste Finess."""

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_GET

from depot import permissions, queries
from depot.enums import APPLICATION
from depot.forms import FiltresFiness
from depot.models import Campagne, Delai, Document, DocumentQuerySet
from depot.views.communs import paginer, personne, rendre, reponse_liasse
from habilitations.gardes import Acces, acces_application
from structures.models import Structure
from structures.views.tableaux import FORMATS, reponse_tableau


@require_GET
@acces_application(APPLICATION)
def accueil(request: HttpRequest, acces: Acces) -> HttpResponse:
    structures = permissions.structures_de_depot(acces)
    contexte = {
        "delais": [Delai(campagne) for campagne in Campagne.objects.ouvertes_pour(structures)],
        "prolongations": list(queries.prolongations_en_cours(structures)),
        "a_confirmer": list(permissions.depots_a_confirmer(acces, personne(request))),
    }
    return rendre(request, acces, "accueil", contexte)


@require_GET
@acces_application(APPLICATION)
def zone(request: HttpRequest, acces: Acces) -> HttpResponse:
    campagne = queries.campagne_courante()
    page = paginer(request, permissions.structures_lisibles(acces).order_by("nom", "pk"))
    lignes = queries.face_a(campagne, page.object_list) if campagne else []
    ecartes = queries.ecartes(campagne, page.object_list) if campagne else {}
    contexte = {
        "campagne": campagne,
        "page": page,
        "lignes": [(ligne, ecartes.get(ligne.structure.pk, [])) for ligne in lignes],
        "a_confirmer": list(permissions.depots_a_confirmer(acces, personne(request))),
        "delai_commun": campagne and Delai(campagne),
        "publications": list(permissions.publications_lisibles(acces).filter(campagne=campagne)) if campagne else [],
    }
    return rendre(request, acces, "zone", contexte)


@require_GET
@acces_application(APPLICATION)
def liste_finess(request: HttpRequest, acces: Acces) -> HttpResponse:
    form, campagne, structures = _filtres(request, acces)
    page = paginer(request, structures)
    lignes = queries.face_a(campagne, page.object_list) if campagne else []
    recus = _derniers_recus(acces, campagne, structures) if campagne else Document.objects.none()
    contexte = {
        "form": form,
        "campagne": campagne,
        "page": page,
        "lignes": lignes,
        "filtre": any(nom != "campagne" for nom in form.choix()),
        "liasse": queries.peser(recus),
        "formats": FORMATS,
    }
    return rendre(request, acces, "liste_finess", contexte)


def _filtres(request: HttpRequest, acces: Acces) -> tuple[FiltresFiness, Campagne | None, QuerySet[Structure]]:
    form = FiltresFiness(request.GET or None)
    choix = form.choix()
    campagne = choix.pop("campagne", None) or queries.campagne_courante()
    structures = queries.filtrer_structures(permissions.structures_lisibles(acces), campagne=campagne, **choix)
    return form, campagne, structures.order_by("nom", "pk")


def _derniers_recus(acces: Acces, campagne: Campagne, structures: QuerySet[Structure]) -> DocumentQuerySet:
    recus = permissions.documents_lisibles(acces).gardes().filter(structure__in=structures.order_by())
    return queries.filtrer_documents(queries.dernieres_versions(recus), campagne=campagne)


@require_GET
@acces_application(APPLICATION)
def exporter_liste(request: HttpRequest, acces: Acces, format_: str) -> HttpResponseBase:
    _, campagne, structures = _filtres(request, acces)
    if campagne is None:
        raise Http404
    lignes = queries.lignes_de_la_liste(campagne, structures)
    return reponse_tableau(f"Liste Finess {campagne.annee}", queries.COLONNES_DE_LA_LISTE, lignes, format_=format_)


@require_GET
@acces_application(APPLICATION)
def liasse_de_la_liste(request: HttpRequest, acces: Acces) -> StreamingHttpResponse:
    """La dernière version de chaque rapport des structures de la liste, pour la campagne choisie."""
    _, campagne, structures = _filtres(request, acces)
    if campagne is None:
        raise Http404
    return reponse_liasse(_derniers_recus(acces, campagne, structures), f"rapports-{campagne.annee}")
