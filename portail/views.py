"""Pages du portail lui-même : l'accueil, le témoin de santé, les pages d'erreur."""

from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.http import require_safe

from habilitations.queries import en_cours, tuiles
from portail.context_processors import organisation

# « Mes demandes » montre les autres.
DEMANDES_MONTREES = 3


@login_not_required
@require_safe
def accueil(request: HttpRequest) -> HttpResponse:
    if not request.user.is_authenticated:
        return redirect("accounts:connexion")
    contexte = {
        "tuiles": tuiles(request.user),
        "demandes": en_cours(request.user)[:DEMANDES_MONTREES],
        "icones": static("portail/icones.svg"),
    }
    return render(request, "portail/accueil.html", contexte)


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


def _page_sans_base(request: HttpRequest, code: int, gabarit: str) -> HttpResponse:
    """Page rendue sans processeurs de contexte : la base, qui manque peut-être, n'est pas interrogée."""
    return HttpResponse(render_to_string(gabarit, organisation(request)), status=code)


def requete_incomprise(request: HttpRequest, exception: Exception) -> HttpResponse:
    return _page_sans_base(request, 400, "400.html")


def erreur_interne(request: HttpRequest) -> HttpResponse:
    return _page_sans_base(request, 500, "500.html")


@requires_csrf_token
def formulaire_perime(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)
