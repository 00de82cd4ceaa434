"""Intergiciels du portail : d'où vient la requête, et qui peut garder la réponse."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers

from journal.contexte import origine

Vue = Callable[[HttpRequest], HttpResponse]


def adresse_de(request: HttpRequest) -> str | None:
    """Adresse de la personne, telle que vue par le dernier mandataire de confiance."""
    if settings.MANDATAIRES:
        suite = request.headers.get("X-Forwarded-For", "").split(",")
        return suite[-settings.MANDATAIRES].strip() or None
    return request.META.get("REMOTE_ADDR") or None


def origine_du_journal(suivant: Vue) -> Vue:
    """Dit au journal d'où vient chaque évènement, sans que les services connaissent HTTP."""

    def traiter(request: HttpRequest) -> HttpResponse:
        with origine(adresse_de(request)):
            return suivant(request)

    return traiter


def pages_privees(suivant: Vue) -> Vue:
    """Interdit de garder en cache la page d'une personne connectée."""

    def traiter(request: HttpRequest) -> HttpResponse:
        reponse = suivant(request)
        if request.user.is_authenticated and not reponse.has_header("Cache-Control"):
            add_never_cache_headers(reponse)
        return reponse

    return traiter
