"""Ce que partagent les pages des comptes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import services, sessions
from accounts.durees import en_mots
from accounts.forms import EnvoiForm
from accounts.jetons import LienInvalide, Usage
from accounts.limites import LimiteAtteinte, Porte
from accounts.middleware import avec_attente
from accounts.models import Utilisateur

# Ce que la session retient d'une page à l'autre, pour la personne qui n'est pas encore connectée.
CLE_IDENTIFIANT = "identifiant"
CLE_COURRIEL = "courriel"
# La personne qui demande un accès en créant son compte : sa saisie, et le compte créé (aucun si l'adresse est connue).
CLE_POSTULANT = "postulant"

VueDeLien = Callable[[HttpRequest, str], HttpResponse]

lire_ou_ecrire = require_http_methods(["GET", "HEAD", "POST"])


class Requete(HttpRequest):
    """Requête d'une personne connectée."""

    user: Utilisateur


def suite_demandee(request: HttpRequest) -> str:
    """Où allait la personne, si elle le dit et si c'est une page de ce portail."""
    suite = request.GET.get("next", "")
    sure = url_has_allowed_host_and_scheme(suite, {request.get_host()}, require_https=request.is_secure())
    return suite if sure else ""


def avec_suite(request: HttpRequest, vue: str, *args: str) -> HttpResponseRedirect:
    """Mène à la vue, sans oublier où allait la personne."""
    suite = suite_demandee(request)
    return HttpResponseRedirect(resolve_url(vue, *args) + (f"?{urlencode({'next': suite})}" if suite else ""))


def fermer_les_autres_sessions_si_demande(request: Requete, form: forms.Form) -> None:
    if form.cleaned_data["fermer_sessions"]:
        services.fermer_autres_sessions(acteur=request.user, sauf=sessions.numero(request))
        messages.info(request, "Vos sessions ouvertes sur d'autres appareils sont fermées.")


def compter_le_mot_de_passe(request: HttpRequest, personne: Utilisateur) -> None:
    """À appeler avant le formulaire, qui hache le mot de passe pour le vérifier. Lève `LimiteAtteinte`."""
    if request.method == "POST":
        services.compter_tentative(acteur=request.user, porte=Porte.MOT_DE_PASSE, sujet=personne)


def envoye(request: HttpRequest, gabarit: str, usage: Usage) -> HttpResponse:
    contexte: dict[str, Any] = {"duree": en_mots(usage.duree), "courriel": request.session.get(CLE_COURRIEL, "")}
    return render(request, gabarit, contexte)


def suit_un_lien(gabarit: str) -> Callable[[VueDeLien], VueDeLien]:
    """Page qu'un courriel ouvre dans n'importe quel navigateur ; `gabarit` y dit que le lien ne sert plus."""

    def garder(vue: VueDeLien) -> VueDeLien:
        @login_not_required
        @lire_ou_ecrire
        @never_cache
        @sensitive_post_parameters("mot_de_passe")
        @wraps(vue)
        def gardee(request: HttpRequest, jeton: str) -> HttpResponse:
            try:
                return vue(request, jeton)
            except LienInvalide as erreur:
                return render(request, gabarit, {"personne": erreur.personne}, status=410)

        return gardee

    return garder


def courriel_demande(request: HttpRequest, form: EnvoiForm, porte: Porte, envoyer: Callable[..., None]) -> bool:
    """Fait écrire, par le service `envoyer`, à qui le formulaire nomme, connu ou non. Lève `LimiteAtteinte`."""
    if request.method != "POST" or not form.is_valid():
        return False
    saisie = form.cleaned_data["saisie"]
    services.compter_tentative(acteur=request.user, porte=porte, sujet=saisie)
    envoyer(acteur=request.user, saisie=saisie)
    return True


class Refus:
    """Ce que `refus_au_formulaire` a retenu."""

    limite: LimiteAtteinte | None = None

    def marquer(self, reponse: HttpResponse) -> HttpResponse:
        return avec_attente(reponse, self.limite) if self.limite else reponse


@contextmanager
def refus_au_formulaire(form: forms.Form) -> Iterator[Refus]:
    """Dit une limite atteinte dans le formulaire, qui garde les saisies ; la réponse est ensuite à `marquer`."""
    refus = Refus()
    try:
        yield refus
    except LimiteAtteinte as limite:
        refus.limite = limite
        form.add_error(None, str(limite))
