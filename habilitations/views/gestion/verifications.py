"""Vérifier ce que les règles d'acceptation automatique ont accepté."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from habilitations import services
from habilitations.erreurs import TransitionInterdite
from habilitations.forms import RevocationForm
from habilitations.gardes import Acces, acces_application
from habilitations.queries import a_verifier, demandes_confiees
from habilitations.queries.demandes import lues
from habilitations.views.communs import Requete, envoi

PAR_PAGE = 25


@acces_application("administration")
@require_GET
def verifications(request: Requete, acces: Acces) -> HttpResponse:
    pages = Paginator(lues(a_verifier(request.user)).order_by("decidee_le", "pk"), PAR_PAGE)
    return render(request, "habilitations/verifications.html", {"page": pages.get_page(request.GET.get("page"))})


@acces_application("administration")
@require_GET
def verifier(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    demande = get_object_or_404(lues(a_verifier(request.user)), pk=numero)
    return render(request, "habilitations/verifier.html", {"demande": demande, "form": RevocationForm()})


@acces_application("administration")
@require_POST
def confirmer_acceptation(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    demande = get_object_or_404(demandes_confiees(request.user), pk=numero, verification__isnull=False)
    try:
        services.confirmer_acceptation(demande=demande, acteur=request.user)
    except TransitionInterdite as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, f"L'accès de {demande.demandeur} est confirmé.")
    return redirect("habilitations:verifications")


@acces_application("administration")
@require_POST
def revoquer_acceptation(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    demande = get_object_or_404(demandes_confiees(request.user), pk=numero, verification__isnull=False)
    form = RevocationForm(envoi(request))
    if not form.is_valid():
        return render(request, "habilitations/verifier.html", {"demande": demande, "form": form})
    try:
        services.revoquer_acceptation(demande=demande, acteur=request.user, motif=form.cleaned_data["motif"])
    except TransitionInterdite as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, f"L'accès de {demande.demandeur} est révoqué. Un courriel lui donne le motif.")
    return redirect("habilitations:verifications")
