"""Entrer et sortir."""

from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts import mire, services
from accounts.forms import (
    ConnexionForm,
)
from accounts.models import Utilisateur
from accounts.views.commun import CLE_IDENTIFIANT, lire_ou_ecrire


@login_not_required
@lire_ou_ecrire
@never_cache
@sensitive_post_parameters("password")
def connexion(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return HttpResponseRedirect(destination(request))
    form = ConnexionForm(request.POST or None, initial={"username": request.session.get(CLE_IDENTIFIANT)})
    if request.method == "POST" and form.is_valid():
        personne = authenticate(request, **form.cleaned_data)
        if isinstance(personne, Utilisateur):
            login(request, personne)
            services.consigner_connexion(acteur=personne)
            return HttpResponseRedirect(destination(request))
        services.consigner_refus(acteur=request.user, saisie=form.cleaned_data["username"])
        form.refuser()
    voies = mire.voies("compte_local", request.GET.get("next", ""))
    return render(request, "accounts/connexion.html", {"form": form, "voies": voies})


def destination(request: HttpRequest) -> str:
    """Où allait la personne, si c'est une page de ce portail ; sinon l'accueil."""
    suite = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(suite, {request.get_host()}, require_https=request.is_secure()):
        return suite
    return resolve_url("accueil")


@login_not_required
@require_POST
def deconnexion(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, Utilisateur):
        services.consigner_deconnexion(acteur=request.user)
    logout(request)
    messages.success(request, "Votre session est fermée.")
    return redirect("accounts:connexion")


@login_not_required
@require_GET
def connexion_support(request: HttpRequest) -> HttpResponse:
    """L'administration renvoie ici qui n'y est pas entré, ou n'y a pas sa place."""
    if isinstance(request.user, Utilisateur):
        if not request.user.is_staff:
            raise PermissionDenied
        return redirect("admin:index")
    parametres = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
    return HttpResponseRedirect(f"{reverse('accounts:connexion')}?{parametres}")
