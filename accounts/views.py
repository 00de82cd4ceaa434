"""Pages des comptes : entrer, sortir, s'inscrire, retrouver son accès, tenir son identité."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import jetons, services
from accounts.courriels import en_mots
from accounts.forms import (
    AdresseForm,
    ChangementMotDePasseForm,
    ConnexionForm,
    IdentiteForm,
    InscriptionForm,
    OubliForm,
    ReinitialisationForm,
)
from accounts.jetons import LienInvalide, Usage
from accounts.models import Utilisateur
from structures.queries import rechercher

# Ce que la session retient d'une page à l'autre, pour la personne qui n'est pas encore connectée.
CLE_IDENTIFIANT = "identifiant"
CLE_COURRIEL = "courriel"

lire_ou_ecrire = require_http_methods(["GET", "HEAD", "POST"])


class Requete(HttpRequest):
    """Requête d'une personne connectée."""

    user: Utilisateur


# --- Connexion -------------------------------------------------------------------------------------------------------
@login_not_required
@lire_ou_ecrire
@never_cache
@sensitive_post_parameters("password")
def connexion(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return HttpResponseRedirect(_suite(request))
    form = ConnexionForm(request.POST or None, initial={"username": request.session.get(CLE_IDENTIFIANT)})
    if request.method == "POST" and form.is_valid():
        personne = authenticate(request, **form.cleaned_data)
        if isinstance(personne, Utilisateur):
            login(request, personne)
            services.consigner_connexion(acteur=personne)
            return HttpResponseRedirect(_suite(request))
        services.consigner_refus(acteur=request.user, saisie=form.cleaned_data["username"])
        form.refuser()
    return render(request, "accounts/connexion.html", {"form": form})


def _suite(request: HttpRequest) -> str:
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


# --- Inscription -----------------------------------------------------------------------------------------------------
@login_not_required
@lire_ou_ecrire
@never_cache
@sensitive_post_parameters("mot_de_passe")
def inscription(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("accueil")
    form = InscriptionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.inscrire(
            acteur=request.user,
            identite=form.identite(),
            courriel=form.cleaned_data["courriel"],
            mot_de_passe=form.cleaned_data["mot_de_passe"],
        )
        request.session[CLE_COURRIEL] = form.cleaned_data["courriel"]
        return redirect("accounts:inscription_envoyee")
    return render(request, "accounts/inscription.html", {"form": form})


@login_not_required
@require_GET
def proposer_structures(request: HttpRequest) -> HttpResponse:
    """Options d'une liste de suggestions, pour htmx."""
    texte = request.GET.get("structure", "").strip()
    trouvees = rechercher(texte, limite=10) if len(texte) > 2 else []  # noqa: PLR2004 -- trois lettres au moins
    return render(request, "accounts/structures_proposees.html", {"structures": trouvees})


@login_not_required
@require_GET
def inscription_envoyee(request: HttpRequest) -> HttpResponse:
    return _envoye(request, "accounts/inscription_envoyee.html", Usage.CONFIRMATION)


@login_not_required
@lire_ou_ecrire
@never_cache
def confirmer(request: HttpRequest, jeton: str) -> HttpResponse:
    """Ouvrir le lien ne confirme rien, car les messageries l'ouvrent aussi : le bouton confirme."""
    try:
        personne = jetons.lire(jeton, Usage.CONFIRMATION)
        if request.method != "POST":
            return render(request, "accounts/confirmer.html", {"personne": personne})
        services.confirmer(acteur=personne, jeton=jeton)
    except LienInvalide as erreur:
        return _lien_invalide(request, "accounts/confirmation_impossible.html", erreur)
    request.session[CLE_IDENTIFIANT] = personne.identifiant
    messages.success(
        request,
        f"Votre adresse est confirmée et votre compte est ouvert. Connectez-vous avec votre identifiant "
        f"{personne.identifiant} : vous pourrez ensuite demander l'accès à une application.",
    )
    return redirect("accounts:connexion")


@login_not_required
@lire_ou_ecrire
@never_cache
def renvoyer_confirmation(request: HttpRequest) -> HttpResponse:
    form = AdresseForm(request.POST or None, initial={"saisie": request.session.get(CLE_COURRIEL)})
    if request.method == "POST" and form.is_valid():
        services.renvoyer_confirmation(acteur=request.user, courriel=form.cleaned_data["saisie"])
        return redirect("accounts:confirmation_renvoyee")
    return render(request, "accounts/renvoyer_confirmation.html", {"form": form})


@login_not_required
@require_GET
def confirmation_renvoyee(request: HttpRequest) -> HttpResponse:
    return _envoye(request, "accounts/confirmation_renvoyee.html", Usage.CONFIRMATION)


# --- Identifiant ou mot de passe oublié -----------------------------------------------------------------------------
@login_not_required
@lire_ou_ecrire
@never_cache
def oubli(request: HttpRequest) -> HttpResponse:
    form = OubliForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.aider_a_rentrer(acteur=request.user, saisie=form.cleaned_data["saisie"])
        return redirect("accounts:oubli_envoye")
    return render(request, "accounts/oubli.html", {"form": form})


@login_not_required
@require_GET
def oubli_envoye(request: HttpRequest) -> HttpResponse:
    return _envoye(request, "accounts/oubli_envoye.html", Usage.MOT_DE_PASSE)


@login_not_required
@lire_ou_ecrire
@never_cache
@sensitive_post_parameters("mot_de_passe")
def nouveau_mot_de_passe(request: HttpRequest, jeton: str) -> HttpResponse:
    try:
        personne = jetons.lire(jeton, Usage.MOT_DE_PASSE)
        form = ReinitialisationForm(request.POST or None, personne=personne)
        if request.method != "POST" or not form.is_valid():
            return render(request, "accounts/nouveau_mot_de_passe.html", {"form": form, "personne": personne})
        services.reinitialiser_mot_de_passe(
            acteur=personne, jeton=jeton, mot_de_passe=form.cleaned_data["mot_de_passe"]
        )
    except LienInvalide as erreur:
        return _lien_invalide(request, "accounts/reinitialisation_impossible.html", erreur)
    request.session[CLE_IDENTIFIANT] = personne.identifiant
    messages.success(request, "Votre mot de passe est changé. Connectez-vous avec le nouveau.")
    return redirect("accounts:connexion")


def _envoye(request: HttpRequest, gabarit: str, usage: Usage) -> HttpResponse:
    contexte: dict[str, Any] = {"duree": en_mots(usage.duree), "courriel": request.session.get(CLE_COURRIEL, "")}
    return render(request, gabarit, contexte)


def _lien_invalide(request: HttpRequest, gabarit: str, erreur: LienInvalide) -> HttpResponse:
    return render(request, gabarit, {"personne": erreur.personne}, status=410)


# --- Mon compte ------------------------------------------------------------------------------------------------------
@require_GET
def identite(request: Requete) -> HttpResponse:
    return render(request, "accounts/identite.html")


@lire_ou_ecrire
def modifier_identite(request: Requete) -> HttpResponse:
    form = IdentiteForm(request.POST or None, initial=IdentiteForm.initiales(request.user))
    if request.method == "POST" and form.is_valid():
        services.modifier_identite(acteur=request.user, identite=form.identite())
        messages.success(request, "Votre identité est enregistrée. Vos prochaines demandes la reprendront.")
        return redirect("accounts:identite")
    return render(request, "accounts/modifier_identite.html", {"form": form})


@lire_ou_ecrire
@sensitive_post_parameters("actuel", "mot_de_passe")
def changer_mot_de_passe(request: Requete) -> HttpResponse:
    form = ChangementMotDePasseForm(request.POST or None, personne=request.user)
    if request.method == "POST" and form.is_valid():
        personne = services.changer_mot_de_passe(acteur=request.user, mot_de_passe=form.cleaned_data["mot_de_passe"])
        update_session_auth_hash(request, personne)
        messages.success(
            request, "Votre mot de passe est changé. Vos sessions ouvertes sur d'autres appareils sont fermées."
        )
        return redirect("accounts:identite")
    return render(request, "accounts/changer_mot_de_passe.html", {"form": form})
