"""Fermer ses sessions à distance, prolonger la sienne."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from accounts import services, sessions
from accounts.views.commun import Requete


@require_POST
def fermer(request: Requete, pk: int) -> HttpResponse:
    session = get_object_or_404(request.user.sessions, pk=pk)
    if services.fermer_session(acteur=request.user, session=session):
        messages.success(request, f"La session « {session.appareil} » est fermée : il faudra s'y reconnecter.")
    else:
        messages.info(request, "Cette session était déjà fermée.")
    return redirect("accounts:securite")


@require_POST
def fermer_autres(request: Requete) -> HttpResponse:
    services.fermer_autres_sessions(acteur=request.user, sauf=sessions.numero(request))
    messages.success(request, "Vos autres sessions sont fermées : seule celle-ci reste ouverte.")
    return redirect("accounts:securite")


@require_POST
def prolonger(request: Requete) -> HttpResponse:
    """Ne fait rien de plus que venir : toute requête prolonge la session."""
    return HttpResponse(status=204)
