"""Autour de la décision : les notes privées, la question qu'on retire."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from habilitations import services
from habilitations.erreurs import TransitionInterdite
from habilitations.forms import NoteForm
from habilitations.gardes import Acces, acces_application
from habilitations.views.communs import Requete, envoi
from habilitations.views.gestion.decisions import demande_confiee, page_de_demande
from habilitations.views.gestion.file import avec_filtres


@acces_application("administration")
@require_POST
def noter(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    demande = demande_confiee(request, numero)
    form = NoteForm(envoi(request), adresse=avec_filtres(request, "noter", numero))
    if not form.is_valid():
        return page_de_demande(request, demande, note=form)
    services.ecrire_note(demande=demande, acteur=request.user, texte=form.cleaned_data["texte"])
    messages.success(request, "La note est enregistrée : seuls les gestionnaires la voient.")
    return HttpResponseRedirect(avec_filtres(request, "traiter", numero))


@acces_application("administration")
@require_POST
def supprimer_note(request: Requete, acces: Acces, numero: int, note: int) -> HttpResponse:
    siennes = demande_confiee(request, numero).notes.filter(auteur=request.user)
    services.supprimer_note(note=get_object_or_404(siennes, pk=note), acteur=request.user)
    messages.success(request, "Votre note est supprimée.")
    return HttpResponseRedirect(avec_filtres(request, "traiter", numero))


@acces_application("administration")
@require_POST
def retirer_complement(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    demande = demande_confiee(request, numero)
    try:
        services.retirer_complement(demande=demande, acteur=request.user)
    except TransitionInterdite as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, f"La question est retirée et {demande.demandeur} le sait : vous pouvez décider.")
    return HttpResponseRedirect(avec_filtres(request, "traiter", numero))
