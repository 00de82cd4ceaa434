"""Un même geste sur plusieurs demandes : cocher, confirmer le nombre, lire l'issue de chacune."""

from collections.abc import Callable
from dataclasses import asdict
from secrets import token_urlsafe
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Utilisateur
from habilitations import services
from habilitations.forms import AffectationForm, MotifGroupeForm
from habilitations.gardes import Acces, acces_application
from habilitations.models import Demande, confiees_a
from habilitations.queries import autres_gestionnaires, lignes
from habilitations.views.communs import Requete
from habilitations.views.gestion.file import avec_filtres

# Autant que la plus longue page de la file.
ENSEMBLE_MAX = 100
CLE_ISSUES = "issues_groupees"
VERBES = {
    "accepter": ("Accepter", "acceptée"),
    "refuser": ("Refuser", "refusée"),
    "affecter": ("Affecter", "affectée"),
}


@acces_application("administration")
@require_POST
def ensemble(request: Requete, acces: Acces) -> HttpResponse:
    """Montre ce qui va se faire, puis le fait une fois confirmé ; la même confirmation ne vaut qu'une fois."""
    geste, numeros = request.POST.get("geste", ""), _coches(request)
    if geste not in VERBES or not numeros:
        messages.error(request, "Cochez au moins une demande, puis choisissez ce qu'il faut en faire.")
        return HttpResponseRedirect(avec_filtres(request, "file"))
    confirmee = "jeton" in request.POST
    if confirmee and request.POST["jeton"] == request.session.get(CLE_ISSUES, {}).get("jeton"):
        return HttpResponseRedirect(avec_filtres(request, "ensemble_fait"))
    form = _form(request, geste, confirmee=confirmee)
    if not confirmee or not form.is_valid():
        return _confirmer(request, geste, numeros, form)
    issues = services.sur_plusieurs(
        numeros=numeros,
        geste=_geste(geste, form.cleaned_data, request.user),
        acteur=request.user,
    )
    request.session[CLE_ISSUES] = {
        "jeton": request.POST["jeton"],
        "geste": geste,
        "issues": [asdict(issue) for issue in issues],
    }
    return HttpResponseRedirect(avec_filtres(request, "ensemble_fait"))


@acces_application("administration")
@require_GET
def ensemble_fait(request: Requete, acces: Acces) -> HttpResponse:
    """L'issue de chaque demande du dernier geste groupé de cette session."""
    dernier = request.session.get(CLE_ISSUES)
    if dernier is None:
        return HttpResponseRedirect(avec_filtres(request, "file"))
    issues = dernier["issues"]
    contexte = {
        "faites": [issue for issue in issues if not issue["refus"]],
        "refusees": [issue for issue in issues if issue["refus"]],
        "participe": VERBES[dernier["geste"]][1],
        "geste": dernier["geste"],
        "retour": avec_filtres(request, "file"),
    }
    return render(request, "habilitations/ensemble_fait.html", contexte)


def _coches(request: Requete) -> list[int]:
    """Les numéros cochés, une fois chacun ; ce qui n'est pas un numéro est ignoré."""
    saisis = [saisi for saisi in request.POST.getlist("demandes") if saisi.isdecimal()]
    return list(dict.fromkeys(map(int, saisis)))[:ENSEMBLE_MAX]


def _form(request: Requete, geste: str, *, confirmee: bool) -> Form:
    saisie = request.POST if confirmee else None
    if geste == "affecter":
        return AffectationForm(saisie, parmi=[request.user.pk, *(qui.pk for qui in autres_gestionnaires(request.user))])
    return MotifGroupeForm(saisie) if geste == "refuser" else Form(saisie)


def _geste(geste: str, saisie: dict[str, Any], acteur: Utilisateur) -> Callable[[Demande], object]:
    return {
        "accepter": lambda demande: services.accepter(demande=demande, acteur=acteur),
        "refuser": lambda demande: services.refuser(demande=demande, acteur=acteur, motif=saisie["motif"]),
        "affecter": lambda demande: services.affecter(demande=demande, acteur=acteur, a=saisie["a"]),
    }[geste]


def _confirmer(request: Requete, geste: str, numeros: list[int], form: Form) -> HttpResponse:
    demandes = confiees_a(request.user).filter(pk__in=numeros).order_by("soumise_le", "pk")
    contexte = {
        "geste": geste,
        "verbe": VERBES[geste][0],
        "participe": VERBES[geste][1],
        "lignes": lignes(list(demandes.values_list("pk", flat=True))),
        "form": form,
        "jeton": request.POST.get("jeton") or token_urlsafe(12),
        "retour": avec_filtres(request, "file"),
        "ici": avec_filtres(request, "ensemble"),
    }
    return render(request, "habilitations/ensemble.html", contexte)
