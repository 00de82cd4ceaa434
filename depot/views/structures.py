"""Une structure, et les structures d'année en année."""

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_GET

from depot import permissions, queries
from depot.enums import APPLICATION, CATEGORIES
from depot.forms import FiltresMatrice
from depot.views.communs import paginer, rendre
from habilitations.gardes import Acces, acces_application
from structures.models import Structure
from structures.views.tableaux import FORMATS, reponse_tableau

RELANCES_MONTREES = 10


@require_GET
@acces_application(APPLICATION)
def structure(request: HttpRequest, acces: Acces, numero_finess: str) -> HttpResponse:
    lisibles = permissions.structures_consultables(acces).select_related(
        "categorie", "departement__region", "entite_juridique", "successeur"
    )
    trouvee = get_object_or_404(lisibles, numero_finess=numero_finess)
    habilitees = list(queries.personnes_habilitees(trouvee))
    contexte = {
        "structure": trouvee,
        "annees": queries.histoire(trouvee),
        "remplacees": trouvee.remplacees.filter(categorie__in=CATEGORIES),
        "habilitees": habilitees,
        "relances": queries.relances_de(trouvee)[:RELANCES_MONTREES] if permissions.lit_tout(acces) else [],
        "voisines": [] if habilitees else queries.personnes_voisines(trouvee),
    }
    return rendre(request, acces, "structure", contexte)


@require_GET
@acces_application(APPLICATION)
def matrice(request: HttpRequest, acces: Acces) -> HttpResponse:
    form, structures = _filtrees(request, acces)
    page, campagnes = paginer(request, structures), queries.campagnes_de_la_matrice()
    contexte = {
        "form": form,
        "filtre": bool(form.choix()),
        "page": page,
        "campagnes": campagnes,
        "rangees": queries.matrice(page.object_list, campagnes, permissions.documents_lisibles(acces)),
        "formats": FORMATS,
    }
    return rendre(request, acces, "matrice", contexte)


@require_GET
@acces_application(APPLICATION)
def exporter_matrice(request: HttpRequest, acces: Acces, format_: str) -> HttpResponseBase:
    _, structures = _filtrees(request, acces)
    campagnes = queries.campagnes_de_la_matrice()
    rangees = queries.matrice(structures, campagnes, permissions.documents_lisibles(acces))
    return reponse_tableau(
        "Documents par année",
        queries.colonnes_de_la_matrice(campagnes),
        queries.lignes_de_la_matrice(rangees),
        format_=format_,
    )


def _filtrees(request: HttpRequest, acces: Acces) -> tuple[FiltresMatrice, QuerySet[Structure]]:
    form = FiltresMatrice(request.GET or None)
    lisibles = permissions.structures_lisibles(acces)
    return form, queries.filtrer_structures(lisibles, campagne=None, **form.choix()).order_by("nom", "pk")
