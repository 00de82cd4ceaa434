"""Ce qui vaut pour toute requête : la session est encore ouverte, et une limite atteinte se dit."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRefresh

from accounts import services, sessions
from accounts.enums import FinDeSession
from accounts.limites import LimiteAtteinte
from accounts.models import Utilisateur

Vue = Callable[[HttpRequest], HttpResponse]


class SessionsBornees:
    """Ferme au clic suivant une session expirée ou fermée d'ailleurs, et ramène ensuite la personne où elle était."""

    def __init__(self, suivant: Vue) -> None:
        self.suivant = suivant

    def __call__(self, request: HttpRequest) -> HttpResponse:
        self.tenir(request)
        return self.suivant(request)

    def tenir(self, request: HttpRequest) -> None:
        # Lue avant `request.user`, qui vide la session d'un compte fermé ou d'un mot de passe changé ailleurs.
        session = sessions.courante(request)
        acteur = request.user if isinstance(request.user, Utilisateur) else None
        if fin := services.tenir_session(acteur=acteur, session=session):
            logout(request)
            request.fin_de_session = fin  # type: ignore[attr-defined]
        elif session:
            request.echeances = sessions.echeances(session)  # type: ignore[attr-defined]

    def process_view(
        self, request: HttpRequest, vue: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        fin = getattr(request, "fin_de_session", None)
        if fin is None or not getattr(vue, "login_required", True):
            return None
        if request.headers.get("HX-Request"):
            # Un fragment de page ne montre pas la connexion : la page entière se recharge, et y mène.
            return HttpResponseClientRefresh()
        retour = "" if fin == FinDeSession.DESACTIVATION else " Reconnectez-vous : vous reviendrez où vous étiez."
        messages.warning(request, f"{fin.label}.{retour}")
        connexion = resolve_url("accounts:connexion")
        return HttpResponseRedirect(f"{connexion}?{urlencode({'next': page_quittee(request)})}")


class ConnexionRequise(LoginRequiredMiddleware):
    """Après la connexion, revenir à la page du formulaire : l'adresse qui le reçoit ne se lit pas toujours."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        return redirect_to_login(
            page_quittee(request), self.get_login_url(view_func), self.get_redirect_field_name(view_func)
        )


def page_quittee(request: HttpRequest) -> str:
    """La page où était la personne : celle du formulaire, quand elle l'envoyait."""
    if request.method in {"GET", "HEAD"}:
        return request.get_full_path()
    origine = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(origine, {request.get_host()}, require_https=request.is_secure()):
        return resolve_url("accueil")
    page = urlsplit(origine)
    return f"{page.path}?{page.query}" if page.query else page.path


class Limites:
    """Dit « 429 » et combien attendre, là où la page n'a pas de formulaire pour le dire elle-même."""

    def __init__(self, suivant: Vue) -> None:
        self.suivant = suivant

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.suivant(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, LimiteAtteinte):
            return None
        return avec_attente(render(request, "429.html", {"refus": exception}), exception)


def avec_attente(reponse: HttpResponse, refus: LimiteAtteinte) -> HttpResponse:
    reponse.status_code = 429
    reponse["Retry-After"] = str(refus.attente)
    return reponse
