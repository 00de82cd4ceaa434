"""Intergiciels du portail : ce qui se sert sans base, d'où vient la requête, et qui peut garder la réponse."""

from collections.abc import Callable
from http import HTTPStatus
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import resolve_url
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers, patch_cache_control
from django_htmx.http import HttpResponseClientRedirect

from journal.contexte import origine
from portail import couleurs
from portail.context_processors import organisation

Vue = Callable[[HttpRequest], HttpResponse]


def feuille_de_couleurs(suivant: Vue) -> Vue:
    """Sert les couleurs comme un fichier : ni session, ni base, même quand l'une des deux manque."""

    def traiter(request: HttpRequest) -> HttpResponse:
        if request.path != couleurs.CHEMIN:
            return suivant(request)
        reponse = HttpResponse(couleurs.feuille(), content_type="text/css")
        patch_cache_control(reponse, public=True, max_age=365 * 24 * 3600, immutable=True)
        return reponse

    return traiter


def entretien(suivant: Vue) -> Vue:
    """Répond « en maintenance » à tout le monde, sauf au répartiteur de charge, tant que MAINTENANCE est posé."""

    def traiter(request: HttpRequest) -> HttpResponse:
        if not settings.MAINTENANCE or request.path == "/sante/":
            return suivant(request)
        page = render_to_string("503.html", organisation(request))
        return HttpResponse(page, status=503, headers={"Retry-After": "600", "Cache-Control": "no-store"})

    return traiter


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


def permissions_du_navigateur(suivant: Vue) -> Vue:
    """Ferme aux pages ce que le portail n'emploie pas : caméra, micro, position, paiement."""

    def traiter(request: HttpRequest) -> HttpResponse:
        reponse = suivant(request)
        reponse["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        return reponse

    return traiter


def octet_nul(suivant: Vue) -> Vue:
    """Écarte une adresse qui porte un octet nul : PostgreSQL n'en cherche pas, et répondrait par une panne."""

    def traiter(request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("Octet nul dans l'adresse.")
        return suivant(request)

    return traiter


def methode_refusee(suivant: Vue) -> Vue:
    """Donne une page, et une issue, à qui ouvre l'adresse d'un bouton (retour, actualisation, favori)."""

    def traiter(request: HttpRequest) -> HttpResponse:
        reponse = suivant(request)
        if reponse.status_code == HTTPStatus.METHOD_NOT_ALLOWED and not reponse.content:
            reponse.content = render_to_string("405.html", organisation(request))
        return reponse

    return traiter


def pages_privees(suivant: Vue) -> Vue:
    """Interdit de garder en cache la page d'une personne connectée."""

    def traiter(request: HttpRequest) -> HttpResponse:
        reponse = suivant(request)
        if not reponse.has_header("Cache-Control") and request.user.is_authenticated:
            add_never_cache_headers(reponse)
        return reponse

    return traiter


def connexion_en_pleine_page(suivant: Vue) -> Vue:
    """Session finie pendant un appel de htmx : la page entière va à la connexion, puis revient où elle était.

    Sans cela htmx suit la redirection et cherche en vain, dans la page de connexion, le fragment qu'il attend.
    """

    def traiter(request: HttpRequest) -> HttpResponse:
        reponse = suivant(request)
        connexion = resolve_url(settings.LOGIN_URL)
        if not request.headers.get("HX-Request") or not reponse.get("Location", "").startswith(connexion):
            return reponse
        page = request.htmx.current_url_abs_path or resolve_url(settings.LOGIN_REDIRECT_URL)  # type: ignore[attr-defined]
        return HttpResponseClientRedirect(f"{connexion}?{urlencode({'next': page})}")

    return traiter
