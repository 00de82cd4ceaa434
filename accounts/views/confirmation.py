"""Confirmer son adresse, et redemander le courriel qui le permet.

Ouvrir le lien ne confirme rien, car les messageries l'ouvrent aussi : le bouton confirme. Il demande le mot de passe de
l'inscription, ou en fait choisir un : un tiers a pu s'inscrire avec l'adresse d'autrui et son propre mot de passe.
"""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from accounts import jetons, services
from accounts.forms import AdresseForm, ConfirmationAutrementForm, ConfirmationForm
from accounts.jetons import Usage
from accounts.limites import Porte
from accounts.models import Utilisateur
from accounts.signaux import adresse_a_confirmer, recueillir
from accounts.views.commun import (
    CLE_COURRIEL,
    compter_le_mot_de_passe,
    courriel_demande,
    envoye,
    lire_ou_ecrire,
    refus_au_formulaire,
    suit_un_lien,
)
from accounts.views.connexion import ouvrir_la_session

IMPOSSIBLE = "accounts/confirmation_impossible.html"


@suit_un_lien(IMPOSSIBLE)
def confirmer(request: HttpRequest, jeton: str) -> HttpResponse:
    personne = jetons.lire(jeton, Usage.CONFIRMATION)
    compter_le_mot_de_passe(request, personne)
    form = ConfirmationForm(request.POST or None, personne=personne, jeton=jeton)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "accounts/confirmer.html", form)
    services.effacer_tentative(porte=Porte.MOT_DE_PASSE, sujet=personne)
    return _entrer(request, personne, services.confirmer(acteur=personne, jeton=jeton))


@suit_un_lien(IMPOSSIBLE)
def confirmer_autrement(request: HttpRequest, jeton: str) -> HttpResponse:
    """Le mot de passe de l'inscription est oublié, ou ce fut celui d'un autre : en choisir un confirme l'adresse."""
    personne = jetons.lire(jeton, Usage.CONFIRMATION)
    form = ConfirmationAutrementForm(request.POST or None, personne=personne, jeton=jeton)
    if request.method != "POST" or not form.is_valid():
        return _page(request, "accounts/confirmer_autrement.html", form)
    choisi = form.cleaned_data["mot_de_passe"]
    return _entrer(request, personne, services.confirmer(acteur=personne, jeton=jeton, nouveau_mot_de_passe=choisi))


def _page(request: HttpRequest, gabarit: str, form: ConfirmationForm | ConfirmationAutrementForm) -> HttpResponse:
    annonces = recueillir(adresse_a_confirmer, form.personne)
    return render(request, gabarit, {"form": form, "personne": form.personne, "annonces": annonces})


def _entrer(request: HttpRequest, personne: Utilisateur, suites: list[str]) -> HttpResponse:
    """L'adresse et le mot de passe sont prouvés : la session s'ouvre, sauf si une autre personne a ici la sienne."""
    suite = " ".join(suites) or "Vous pouvez maintenant demander l'accès à une application."
    identifiant = f"votre identifiant est {personne.identifiant}"
    messages.success(request, f"Votre adresse est confirmée et votre compte est ouvert : {identifiant}. {suite}")
    if request.user.is_authenticated:
        messages.warning(request, f"Cette session reste celle de {request.user} : fermez-la pour ouvrir la vôtre.")
        return redirect("accueil")
    # Relue : la session s'ouvre sur le mot de passe que la confirmation vient peut-être de poser.
    return ouvrir_la_session(request, Utilisateur.objects.get(pk=personne.pk))


@login_not_required
@lire_ou_ecrire
@never_cache
def renvoyer_confirmation(request: HttpRequest) -> HttpResponse:
    form = AdresseForm(request.POST or None, initial={"saisie": request.session.get(CLE_COURRIEL)})
    with refus_au_formulaire(form) as refus:
        if courriel_demande(request, form, Porte.CONFIRMATION, services.renvoyer_confirmation):
            return redirect("accounts:confirmation_renvoyee")
    return refus.marquer(render(request, "accounts/renvoyer_confirmation.html", {"form": form}))


@login_not_required
@require_GET
def confirmation_renvoyee(request: HttpRequest) -> HttpResponse:
    return envoye(request, "accounts/confirmation_renvoyee.html", Usage.CONFIRMATION)
