"""« Mon compte » : identité et mot de passe."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from accounts import services
from accounts.forms import (
    ChangementMotDePasseForm,
    IdentiteForm,
    ModificationIdentiteForm,
    MotDePasseForm,
)
from accounts.queries import courriel_a_confirmer
from accounts.views.commun import Requete, fermer_les_autres_sessions_si_demande, lire_ou_ecrire
from accounts.views.connexion import destination
from accounts.views.garde import exiger_mot_de_passe, retenir


@require_GET
def identite(request: Requete) -> HttpResponse:
    return render(request, "accounts/identite.html", {"changement": courriel_a_confirmer(request.user)})


@lire_ou_ecrire
@sensitive_post_parameters("mot_de_passe")
def verifier_mot_de_passe(request: Requete) -> HttpResponse:
    form = MotDePasseForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if request.user.check_password(form.cleaned_data["mot_de_passe"]):
            services.consigner_mot_de_passe_verifie(acteur=request.user)
            retenir(request)
            return HttpResponseRedirect(destination(request))
        services.consigner_mot_de_passe_refuse(acteur=request.user)
        form.refuser()
    return render(request, "accounts/verifier_mot_de_passe.html", {"form": form})


@lire_ou_ecrire
@exiger_mot_de_passe
def modifier_identite(request: Requete) -> HttpResponse:
    form = ModificationIdentiteForm(request.POST or None, initial=IdentiteForm.initiales(request.user))
    if request.method == "POST" and form.is_valid():
        services.modifier_identite(acteur=request.user, identite=form.identite())
        fermer_les_autres_sessions_si_demande(request, form)
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
