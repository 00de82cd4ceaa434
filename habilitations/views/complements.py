"""Répondre à un complément : la page de qui a fait la demande."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from habilitations import services
from habilitations.enums import NombreStructures
from habilitations.erreurs import DemandeImpossible
from habilitations.forms import BrouillonForm, ReponseForm, StructureForm
from habilitations.models import Demande
from habilitations.queries import structures_choisies
from habilitations.views.communs import Requete, envoi, sur_demande_a_completer


@require_http_methods(["GET", "HEAD", "POST"])
@sur_demande_a_completer
def completer(request: Requete, demande: Demande) -> HttpResponse:
    form = _form(request, demande)
    if request.method == "POST" and form.is_valid():
        try:
            services.repondre(demande=demande, acteur=request.user, reponse=form.cleaned_data["reponse"])
        except DemandeImpossible as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(request, "Votre réponse est envoyée. Un courriel vous dira la décision.")
            return redirect("habilitations:demande", numero=demande.pk)
    return _page(request, demande, form)


@require_POST
@sur_demande_a_completer
def enregistrer_reponse(request: Requete, demande: Demande) -> HttpResponse:
    """Garde la réponse en cours, puis fait ce que dit le bouton ; seule, elle ne change pas de page."""
    form = BrouillonForm(request.POST)
    if not form.is_valid():
        if request.headers.get("HX-Request"):
            return HttpResponse(status=204)
        return _page(request, demande, _form(request, demande))
    services.enregistrer_reponse(demande=demande, acteur=request.user, reponse=form.cleaned_data["reponse"])
    if "retirer" in request.POST:
        _ecarter(request, demande)
        return redirect("habilitations:completer", numero=demande.pk)
    if form.cleaned_data["suite"] == "structures":
        return redirect("habilitations:type_de_structure", numero=demande.pk)
    if form.cleaned_data["suite"] == "plus_tard":
        messages.success(request, "Votre réponse est gardée. Elle n'est pas encore envoyée.")
        return redirect("habilitations:demande", numero=demande.pk)
    return HttpResponse(status=204)


def _ecarter(request: Requete, demande: Demande) -> None:
    choisie = StructureForm({"structure": request.POST["retirer"]}, parmi=structures_choisies(demande))
    if not choisie.is_valid():
        raise Http404
    structure = choisie.cleaned_data["structure"]
    services.ecarter_structure(demande=demande, structure=structure, acteur=request.user)
    messages.success(request, f"{structure.nom} est retirée de votre réponse.")


def _form(request: Requete, demande: Demande) -> ReponseForm:
    ouvert = demande.complement_ouvert
    return ReponseForm(
        envoi(request),
        initial={"reponse": ouvert.reponse if ouvert else ""},
        enregistrer=reverse("habilitations:enregistrer_reponse", args=[demande.pk]),
    )


def _page(request: Requete, demande: Demande, form: ReponseForm) -> HttpResponse:
    choisies = list(structures_choisies(demande))
    nombre = demande.profil.nombre_structures
    contexte = {
        "demande": demande,
        "form": form,
        "structures": choisies,
        "sans_structure": nombre == NombreStructures.AUCUNE,
        "complet": nombre == NombreStructures.UNE and bool(choisies),
    }
    return render(request, "habilitations/completer.html", contexte)
