"""Changer d'adresse courriel ; confirmer la nouvelle, ou s'y opposer depuis l'ancienne."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from accounts import jetons, services
from accounts.connexion_forte import preuve_recente
from accounts.enums import EtatChangement
from accounts.erreurs import GesteRefuse
from accounts.forms import NouvelleAdresseForm
from accounts.jetons import Usage
from accounts.views.commun import Requete, fermer_les_autres_sessions_si_demande, lire_ou_ecrire, suit_un_lien

IMPOSSIBLE = "accounts/changement_impossible.html"


@lire_ou_ecrire
@preuve_recente
def changer_courriel(request: Requete) -> HttpResponse:
    form = NouvelleAdresseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        courriel = form.cleaned_data["courriel"]
        try:
            services.demander_changement_de_courriel(acteur=request.user, courriel=courriel)
        except GesteRefuse as refus:
            form.add_error("courriel", str(refus))
        else:
            fermer_les_autres_sessions_si_demande(request, form)
            messages.success(
                request,
                f"Un courriel vient de partir à {courriel}. Ouvrez-le et confirmez : d'ici là, votre adresse reste "
                f"{request.user.courriel}.",
            )
            return redirect("accounts:identite")
    return render(request, "accounts/changer_courriel.html", {"form": form})


@suit_un_lien(IMPOSSIBLE)
def confirmer_courriel(request: HttpRequest, jeton: str) -> HttpResponse:
    """Ouvrir le lien ne confirme rien : le bouton confirme, dans n'importe quel navigateur."""
    changement = jetons.lire_changement(jeton, Usage.NOUVELLE_ADRESSE)
    if request.method != "POST":
        return render(request, "accounts/confirmer_courriel.html", {"changement": changement})
    changement = services.confirmer_changement_de_courriel(jeton=jeton)
    messages.success(request, f"Votre adresse est maintenant {changement.nouveau}. Elle sert aussi à vous connecter.")
    return redirect("accounts:identite" if request.user == changement.personne else "accounts:connexion")


@suit_un_lien(IMPOSSIBLE)
def contester_courriel(request: HttpRequest, jeton: str) -> HttpResponse:
    changement = jetons.lire_changement(jeton, Usage.CONTESTATION)
    if request.method != "POST":
        fait = changement.etat == EtatChangement.CONFIRME
        return render(request, "accounts/contester_courriel.html", {"changement": changement, "fait": fait})
    changement = services.contester_changement_de_courriel(jeton=jeton)
    return render(request, "accounts/changement_conteste.html", {"personne": changement.personne})
