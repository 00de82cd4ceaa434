"""Retrouver son identifiant, changer un mot de passe oublié."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import jetons, services
from accounts.forms import OubliForm, ReinitialisationForm
from accounts.jetons import Usage
from accounts.limites import Porte
from accounts.views.commun import (
    CLE_IDENTIFIANT,
    courriel_demande,
    envoye,
    lire_ou_ecrire,
    refus_au_formulaire,
    suit_un_lien,
)


@login_not_required
@lire_ou_ecrire
@never_cache
def oubli(request: HttpRequest) -> HttpResponse:
    form = OubliForm(request.POST or None)
    with refus_au_formulaire(form) as refus:
        if courriel_demande(request, form, Porte.OUBLI, services.aider_a_rentrer):
            return redirect("accounts:oubli_envoye")
    return refus.marquer(render(request, "accounts/oubli.html", {"form": form}))


@login_not_required
@require_GET
def oubli_envoye(request: HttpRequest) -> HttpResponse:
    return envoye(request, "accounts/oubli_envoye.html", Usage.MOT_DE_PASSE)


@suit_un_lien("accounts/reinitialisation_impossible.html")
def nouveau_mot_de_passe(request: HttpRequest, jeton: str) -> HttpResponse:
    personne = jetons.lire(jeton, Usage.MOT_DE_PASSE)
    form = ReinitialisationForm(request.POST or None, personne=personne)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/nouveau_mot_de_passe.html", {"form": form, "personne": personne})
    services.reinitialiser_mot_de_passe(acteur=personne, jeton=jeton, mot_de_passe=form.cleaned_data["mot_de_passe"])
    request.session[CLE_IDENTIFIANT] = personne.identifiant
    messages.success(request, "Votre mot de passe est changé. Connectez-vous avec le nouveau.")
    return redirect("accounts:connexion")
