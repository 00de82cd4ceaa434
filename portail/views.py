"""Pages du portail lui-même : l'accueil, la feuille de couleurs, le témoin de santé."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe

from habilitations.queries import tuiles
from portail.couleurs import feuille_de_couleurs


@login_not_required
@require_safe
def accueil(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("accounts:connexion")
    contexte = {"tuiles": tuiles(request.user), "icones": static("portail/icones.svg")}
    return render(request, "portail/accueil.html", contexte)


@login_not_required
@require_safe
@cache_control(public=True, max_age=365 * 24 * 3600, immutable=True)
def couleurs(request: HttpRequest) -> HttpResponse:
    return HttpResponse(feuille_de_couleurs(), content_type="text/css")


@login_not_required
@require_safe
@never_cache
def sante(request: HttpRequest) -> HttpResponse:
    """Dit au répartiteur de charge si ce processus sert, base comprise."""
    try:
        connection.ensure_connection()
        with connection.cursor() as curseur:
            curseur.execute("SELECT 1")
    except Error:
        return HttpResponse("base injoignable\n", status=503, content_type="text/plain; charset=utf-8")
    return HttpResponse("en service\n", content_type="text/plain; charset=utf-8")
