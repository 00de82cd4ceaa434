"""Entrer et sortir."""

from contextlib import suppress
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_POST

from accounts import mire, services, sessions
from accounts.connexion_forte import (
    PORTE_DU_MOT_DE_PASSE,
    attendre_le_facteur,
    est_forte,
    noter_l_envoi,
    noter_mot_de_passe_donne,
    sceau,
    vers_la_verification,
)
from accounts.erreurs import EnvoiRefuse
from accounts.forms import ConnexionForm
from accounts.limites import Porte
from accounts.models import FacteurMessage, Utilisateur
from accounts.queries import moyens_de_verification
from accounts.views.commun import CLE_IDENTIFIANT, avec_suite, lire_ou_ecrire, refus_au_formulaire, suite_demandee


@login_not_required
@lire_ou_ecrire
@never_cache
@sensitive_post_parameters("password")
def connexion(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return HttpResponseRedirect(destination(request))
    form = ConnexionForm(
        request.POST or None,
        initial={"username": request.session.get(CLE_IDENTIFIANT)},
        captcha=services.captcha_requis(saisie=request.POST.get("username", "")),
    )
    if request.method == "POST" and form.is_valid():
        with refus_au_formulaire(form) as refus:
            personne = _reconnaitre(request, form)
            if personne:
                return ouvrir_la_session(request, personne)
        form.demander_captcha(services.captcha_requis(saisie=form.cleaned_data["username"]))
        return refus.marquer(_page(request, form))
    return _page(request, form)


def _page(request: HttpRequest, form: ConnexionForm) -> HttpResponse:
    voies = mire.voies("compte_local", request.GET.get("next", ""))
    return render(request, "accounts/connexion.html", {"form": form, "voies": voies})


def _reconnaitre(request: HttpRequest, form: ConnexionForm) -> Utilisateur | None:
    """La personne dont c'est le mot de passe. La tentative compte avant tout hachage. Lève `LimiteAtteinte`."""
    saisie = form.cleaned_data["username"]
    services.compter_tentative(acteur=request.user, porte=Porte.CONNEXION, sujet=saisie)
    personne = authenticate(request, username=saisie, password=form.cleaned_data["password"])
    if not isinstance(personne, Utilisateur):
        services.consigner_refus(acteur=request.user, saisie=saisie)
        form.refuser()
        return None
    services.effacer_tentative(porte=Porte.CONNEXION, sujet=saisie)
    return personne


def ouvrir_la_session(request: HttpRequest, personne: Utilisateur) -> HttpResponse:
    """Le mot de passe est prouvé : ouvre la session ou, à qui a un second facteur, le demande et envoie le code."""
    moyens = moyens_de_verification(personne)
    if not moyens:
        login(request, personne, backend=PORTE_DU_MOT_DE_PASSE)
        noter_mot_de_passe_donne(request)
        services.consigner_connexion(acteur=personne)
        return HttpResponseRedirect(destination(request))
    attendre_le_facteur(request, personne)
    if isinstance(moyens[0].objet, FacteurMessage):
        # Trop de codes demandés : la page de vérification offre de réessayer, ou un autre moyen.
        with suppress(EnvoiRefuse):
            services.envoyer_code(acteur=personne, facteur=moyens[0].objet, sceau=sceau(request))
            noter_l_envoi(request, moyens[0].reference)
    return avec_suite(request, "accounts:verification")


def destination(request: HttpRequest) -> str:
    return suite_demandee(request) or resolve_url("accueil")


@login_not_required
@require_POST
def deconnexion(request: HttpRequest) -> HttpResponse:
    if isinstance(request.user, Utilisateur):
        services.quitter_session(acteur=request.user, session=sessions.numero(request))
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
        suite = suite_demandee(request) or reverse("admin:index")
        if settings.SECOND_FACTEUR_OBLIGATOIRE and not est_forte(request):
            return vers_la_verification(suite)
        return HttpResponseRedirect(suite)
    parametres = urlencode({"next": request.GET.get("next") or reverse("admin:index")})
    return HttpResponseRedirect(f"{reverse('accounts:connexion')}?{parametres}")
