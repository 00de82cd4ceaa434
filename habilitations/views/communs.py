"""Ce que partagent les pages des demandes."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect

from accounts.models import Utilisateur
from habilitations.enums import EtatDemande
from habilitations.erreurs import TransitionInterdite
from habilitations.models import Demande
from habilitations.queries import demandes_de

P = ParamSpec("P")


class Requete(HttpRequest):
    """Requête d'une personne connectée : `LoginRequiredMiddleware` écarte les autres."""

    user: Utilisateur


def envoi(request: HttpRequest) -> QueryDict | None:
    """Les données d'un formulaire envoyé, même vide ; None à la simple lecture de la page."""
    return request.POST if request.method == "POST" else None


def sur_brouillon(
    vue: Callable[Concatenate[Requete, Demande, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Donne à la vue le brouillon de la personne ; une demande déjà partie mène à sa page, avec un message.

    Le brouillon peut partir d'un autre onglet pendant que la vue travaille : le service le dit, la réponse est la même.
    """

    @wraps(vue)
    def chargee(request: Requete, numero: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        demande = get_object_or_404(Demande.objects.filter(demandeur=request.user), pk=numero)
        if demande.etat != EtatDemande.BROUILLON:
            return _deja_partie(request, TransitionInterdite(demande))
        try:
            return vue(request, get_object_or_404(demandes_de(request.user), pk=numero), *args, **kwargs)
        except TransitionInterdite as refus:
            return _deja_partie(request, refus)

    return chargee


def _deja_partie(request: Requete, refus: TransitionInterdite) -> HttpResponse:
    if request.method == "POST" and request.headers.get("HX-Request"):
        # Enregistrement de fond arrivé après l'envoi : la page qui s'ouvre a déjà tout dit.
        return HttpResponse(status=204)
    messages.info(request, str(refus))
    if refus.objet.etat == EtatDemande.ANNULEE:
        return redirect("habilitations:mes_demandes")
    return redirect("habilitations:demande", numero=refus.objet.pk)
