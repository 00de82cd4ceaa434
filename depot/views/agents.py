"""Le suivi d'une campagne par les agents."""

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from depot import queries
from depot.enums import AGENT, APPLICATION
from depot.models import Campagne
from depot.views.communs import paginer, rendre
from habilitations.gardes import Acces, acces_application
from structures.views.tableaux import FORMATS, FORMATS_DE_DONNEES, reponse_tableau


@require_GET
@acces_application(APPLICATION, profils={AGENT})
def tableau_de_bord(request: HttpRequest, acces: Acces) -> HttpResponse:
    campagne = _campagne(request)
    contexte = {
        "campagne": campagne,
        "campagnes": list(Campagne.objects.all()),
        "avancement": queries.avancement(campagne) if campagne else None,
        "formats": FORMATS,
        "formats_de_donnees": FORMATS_DE_DONNEES,
    }
    return rendre(request, acces, "tableau_de_bord", contexte)


@require_GET
@acces_application(APPLICATION, profils={AGENT})
def exporter_avancement(request: HttpRequest, acces: Acces, format_: str) -> HttpResponseBase:
    campagne = _campagne(request)
    if campagne is None:
        raise Http404
    lignes = queries.lignes_de_l_avancement(queries.avancement(campagne))
    return reponse_tableau(f"Avancement {campagne.annee}", queries.COLONNES_DE_L_AVANCEMENT, lignes, format_=format_)


@require_GET
@acces_application(APPLICATION, profils={AGENT})
def exporter_valeurs(request: HttpRequest, acces: Acces, format_: str) -> HttpResponseBase:
    """Les valeurs lues dans les classeurs d'une campagne."""
    campagne = _campagne(request)
    if campagne is None:
        raise Http404
    colonnes, lignes = queries.tableau_des_valeurs(campagne)
    return reponse_tableau(f"Valeurs {campagne.annee}", colonnes, lignes, format_=format_)


@require_GET
@acces_application(APPLICATION, profils={AGENT})
def structures_sans_personne(request: HttpRequest, acces: Acces) -> HttpResponse:
    """Celles que nul ne peut servir : personne n'y est habilité à déposer."""
    campagne = _campagne(request)
    if campagne is None:
        raise Http404
    orphelines = queries.sans_personne(queries.attendues(campagne))
    page = paginer(request, orphelines.select_related("departement__region", "entite_juridique").order_by("nom", "pk"))
    return rendre(request, acces, "sans_personne", {"campagne": campagne, "page": page})


def _campagne(request: HttpRequest) -> Campagne | None:
    """Celle de l'adresse ; à défaut la courante. 404 si l'année dite n'existe pas."""
    annee = request.GET.get("campagne", "")
    if annee:
        return get_object_or_404(Campagne, annee=annee if annee.isdecimal() else None)
    return queries.campagne_courante()
