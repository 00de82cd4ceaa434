"""Ce que partagent les pages des demandes."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from accounts.models import Utilisateur
from accounts.queries import a_confirmer
from accounts.views.commun import CLE_POSTULANT
from habilitations.enums import NON_DECIDEES, EtatDemande
from habilitations.erreurs import TransitionInterdite
from habilitations.models import Demande
from habilitations.queries import demande_du_postulant, demandes_de

P = ParamSpec("P")


A_REPONDRE = "Cette demande est déjà envoyée : répondez à la question posée, vous pourrez y changer les structures."
PLUS_DE_QUESTION = "Cette demande n'attend plus de réponse : vous avez déjà répondu, ou la question est retirée."


class Requete(HttpRequest):
    """Requête d'une personne connectée : `LoginRequiredMiddleware` écarte les autres."""

    user: Utilisateur


@dataclass(frozen=True)
class Postulant:
    """Qui demande un accès en créant son compte : ce que sa session, qui n'est pas ouverte, retient.

    `compte` est celui qui fut créé ; aucun si l'adresse en avait déjà un : tout ce qui s'affiche vient de la saisie.
    `demande` est le numéro de la seule demande que cette session peut lire et remplir.
    """

    compte: Utilisateur | None
    prenom: str
    nom: str
    courriel: str
    demande: int | None

    @property
    def identifiant(self) -> str:
        return ""


def postulant_de(request: HttpRequest) -> Postulant | None:
    """L'inscription que poursuit cette session, tant que l'adresse reste à confirmer.

    L'adresse a pu être confirmée par une autre personne que celle qui a choisi le mot de passe : ouvrir une session
    devient alors la seule façon de toucher à la demande.
    """
    retenu = request.session.get(CLE_POSTULANT)
    if not retenu or request.user.is_authenticated:
        return None
    saisie = dict(retenu)
    numero = saisie.pop("personne")
    compte = a_confirmer(numero)
    return Postulant(compte=compte, **saisie) if compte or numero is None else None


def retenir_la_demande(request: HttpRequest, demande: Demande) -> None:
    request.session[CLE_POSTULANT] = request.session[CLE_POSTULANT] | {"demande": demande.pk}


def envoi(request: HttpRequest) -> QueryDict | None:
    """Les données d'un formulaire envoyé, même vide ; None à la simple lecture de la page."""
    return request.POST if request.method == "POST" else None


def sur_brouillon(
    vue: Callable[Concatenate[Requete, Demande, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    return _sur(vue, EtatDemande.BROUILLON)


def sur_brouillon_ou_reponse(
    vue: Callable[Concatenate[Requete, Demande, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    """Comme `sur_brouillon`, et aussi sur une demande à compléter : la réponse change ses structures."""
    return _sur(vue, EtatDemande.BROUILLON, EtatDemande.A_COMPLETER)


def sur_demande_a_completer(
    vue: Callable[Concatenate[Requete, Demande, P], HttpResponse],
) -> Callable[..., HttpResponse]:
    return _sur(vue, EtatDemande.A_COMPLETER, sinon=PLUS_DE_QUESTION)


def _sur(
    vue: Callable[Concatenate[Requete, Demande, P], HttpResponse], *etats: EtatDemande, sinon: str = ""
) -> Callable[..., HttpResponse]:
    """Donne à la vue la demande de la personne, dans l'un de ces états ; sinon mène à sa page, avec un message.

    La personne est connectée, ou c'est la session d'une inscription et sa seule demande ; sinon l'on va à la connexion.
    Le brouillon peut partir d'un autre onglet pendant que la vue travaille : le service le dit, la réponse est la même.
    """

    @login_not_required
    @wraps(vue)
    def chargee(request: Requete, numero: int, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        demande = _trouver(request, numero)
        if demande is None:
            # Une fois la session ouverte, la demande reprend où elle en est : un envoi, lui, ne se rejoue pas.
            reprise = reverse("habilitations:reprendre", args=[numero])
            return redirect_to_login(reprise if request.method == "POST" else request.get_full_path())
        if demande.etat not in etats:
            return _deja_partie(request, TransitionInterdite(demande, sinon if demande.etat in NON_DECIDEES else ""))
        try:
            return vue(request, demande, *args, **kwargs)
        except TransitionInterdite as refus:
            return _deja_partie(request, refus)

    return chargee


def _trouver(request: Requete, numero: int) -> Demande | None:
    if request.user.is_authenticated:
        return get_object_or_404(demandes_de(request.user, retirees=True), pk=numero)
    postulant = postulant_de(request)
    if postulant is None or postulant.demande != numero:
        return None
    return demande_du_postulant(numero, postulant.compte)


def _deja_partie(request: Requete, refus: TransitionInterdite) -> HttpResponse:
    if request.method == "POST" and request.headers.get("HX-Request"):
        # Enregistrement de fond arrivé après l'envoi : la page qui s'ouvre a déjà tout dit.
        return HttpResponse(status=204)
    if not request.user.is_authenticated:
        return redirect("accounts:inscription_envoyee")
    if refus.objet.etat == EtatDemande.BROUILLON:
        return redirect("habilitations:reprendre", numero=refus.objet.pk)
    messages.info(request, A_REPONDRE if refus.objet.etat == EtatDemande.A_COMPLETER else str(refus))
    if refus.objet.etat == EtatDemande.ANNULEE:
        return redirect("habilitations:mes_demandes")
    return redirect("habilitations:demande", numero=refus.objet.pk)
