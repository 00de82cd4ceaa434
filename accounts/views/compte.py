"""« Mon compte » : identité et mot de passe."""

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from accounts import services, sessions
from accounts.connexion_forte import preuve_recente
from accounts.forms import ChangementMotDePasseForm, IdentiteForm, ModificationIdentiteForm
from accounts.limites import Porte
from accounts.queries import courriel_a_confirmer
from accounts.views.commun import (
    Requete,
    compter_le_mot_de_passe,
    fermer_les_autres_sessions_si_demande,
    lire_ou_ecrire,
)


@require_GET
def identite(request: Requete) -> HttpResponse:
    return render(request, "accounts/identite.html", {"changement": courriel_a_confirmer(request.user)})


@lire_ou_ecrire
@preuve_recente
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
    compter_le_mot_de_passe(request, request.user)
    form = ChangementMotDePasseForm(request.POST or None, personne=request.user)
    if request.method == "POST" and form.is_valid():
        personne = services.changer_mot_de_passe(
            acteur=request.user,
            mot_de_passe=form.cleaned_data["mot_de_passe"],
            session=sessions.numero(request),
        )
        services.effacer_tentative(porte=Porte.MOT_DE_PASSE, sujet=personne)
        update_session_auth_hash(request, personne)
        messages.success(
            request, "Votre mot de passe est changé. Vos sessions ouvertes sur d'autres appareils sont fermées."
        )
        return redirect("accounts:identite")
    return render(request, "accounts/changer_mot_de_passe.html", {"form": form})
