"""Ce que les gestionnaires règlent pour eux-mêmes, et ce que personne ne couvre."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from habilitations import services
from habilitations.enums import Avis
from habilitations.erreurs import AbsenceImpossible
from habilitations.forms import AbsenceForm, PreferencesForm
from habilitations.gardes import Acces, acces_application
from habilitations.models import PreferencesDeGestion, Suppleance
from habilitations.queries import absences_de, couverture, suppleances_de, voit_la_couverture
from habilitations.views.communs import Requete, envoi

lire_ou_ecrire = require_http_methods(["GET", "HEAD", "POST"])


@acces_application("administration")
@lire_ou_ecrire
def absences(request: Requete, acces: Acces) -> HttpResponse:
    form = AbsenceForm(envoi(request), personne=request.user)
    if form.is_bound and form.is_valid():
        try:
            suppleance = services.declarer_absence(acteur=request.user, **form.cleaned_data)
        except AbsenceImpossible as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(
                request, f"Absence déclarée : {suppleance.suppleant} vous supplée, un courriel le lui dit."
            )
            return redirect("habilitations:absences")
    contexte = {
        "form": form,
        "absences": absences_de(request.user),
        "suppleances": suppleances_de(request.user),
    }
    return render(request, "habilitations/absences.html", contexte)


@acces_application("administration")
@require_POST
def terminer_absence(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    sienne = get_object_or_404(Suppleance.objects.a_venir_ou_en_cours(), pk=numero, absent=request.user)
    services.terminer_absence(suppleance=sienne, acteur=request.user)
    messages.success(request, f"Cette absence est terminée : {sienne.suppleant} ne vous supplée plus.")
    return redirect("habilitations:absences")


@acces_application("administration")
@lire_ou_ecrire
def preferences(request: Requete, acces: Acces) -> HttpResponse:
    actuelles = PreferencesDeGestion.objects.filter(personne=request.user).first()
    initial = {"avis": actuelles.avis if actuelles else Avis.CHAQUE_DEMANDE}
    form = PreferencesForm(envoi(request), initial=initial, heure=settings.RECAPITULATIF_HEURE)
    if form.is_bound and form.is_valid():
        services.choisir_avis(acteur=request.user, avis=Avis(form.cleaned_data["avis"]))
        messages.success(request, "Vos préférences sont enregistrées.")
        return redirect("habilitations:preferences")
    return render(request, "habilitations/preferences.html", {"form": form})


@acces_application("administration")
@require_GET
def couverture_nationale(request: Requete, acces: Acces) -> HttpResponse:
    if not voit_la_couverture(request.user):
        raise Http404
    return render(request, "habilitations/couverture.html", {"couverture": couverture()})
