"""Les documents en examen, décidés par les agents."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from depot import permissions, queries, services
from depot.enums import A_EXAMINER, AGENT, APPLICATION
from depot.erreurs import DepotImpossible
from depot.forms import RefusForm
from depot.juge.verdicts import Issue
from depot.models import Document
from depot.views.communs import paginer, personne, rendre
from habilitations.gardes import Acces, acces_application

INVALIDE = 422


def _a_examiner(acces: Acces, reference: str) -> Document:
    return get_object_or_404(permissions.documents_lisibles(acces).gardes(), reference=reference)


@require_GET
@acces_application(APPLICATION, profils={AGENT})
def examens(request: HttpRequest, acces: Acces) -> HttpResponse:
    documents = permissions.documents_lisibles(acces).gardes().filter(etat__in=A_EXAMINER)
    page = paginer(request, queries.filtrer_documents(documents).order_by("depose_le", "pk"))
    return rendre(request, acces, "examens", {"page": page})


@require_POST
@acces_application(APPLICATION, profils={AGENT})
def rejuger(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    document = _a_examiner(acces, reference)
    try:
        verdict = services.rejuger(document=document, acteur=personne(request))
    except DepotImpossible as refus:
        messages.error(request, str(refus))
    else:
        if verdict.issue is Issue.ACCEPTE:
            messages.success(request, f"{document.reference} est contrôlé et repasse à l'antivirus.")
        else:
            raison = verdict.phrase or "Le contrôle n'a pas pu se terminer."
            messages.warning(request, f"{document.reference} reste en examen. {raison}")
    return redirect("depot:examens")


@require_POST
@acces_application(APPLICATION, profils={AGENT})
def publier_apres_examen(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    document = _a_examiner(acces, reference)
    try:
        services.publier_apres_examen(document=document, acteur=personne(request))
        messages.success(request, f"{document.reference} est publié.")
    except DepotImpossible as refus:
        messages.error(request, str(refus))
    return redirect("depot:examens")


@require_http_methods(["GET", "POST"])
@acces_application(APPLICATION, profils={AGENT})
def refuser_apres_examen(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    document = _a_examiner(acces, reference)
    form = RefusForm(request.POST if request.method == "POST" else None, retour=reverse("depot:examens"))
    if form.is_valid():
        try:
            services.refuser_apres_examen(document=document, motif=form.cleaned_data["motif"], acteur=personne(request))
        except DepotImpossible as refus:
            messages.error(request, str(refus))
        else:
            messages.success(request, f"{document.reference} est refusé : la personne qui l'a déposé en lit le motif.")
        return redirect("depot:examens")
    contexte = {"form": form, "titre": f"Refuser {document.reference}", "campagne": None}
    return rendre(request, acces, "formulaire_agent", contexte, statut=INVALIDE if form.is_bound else 200)
