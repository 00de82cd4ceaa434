"""Clés d'accès : la page d'ajout, et les deux échanges du navigateur (static/accounts/cles.js)."""

import json
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from accounts import services
from accounts.connexion_forte import personne_a_verifier, preuve_recente, renforcer
from accounts.erreurs import CodeRefuse
from accounts.limites import LimiteAtteinte, Porte
from accounts.views.commun import Requete, suite_demandee
from accounts.views.securite import apres_l_ajout
from accounts.views.verification import entrer

# La session retient le défi d'une page à l'autre ; il ne sert qu'une fois.
INSCRIPTION, VERIFICATION = "cle_a_inscrire", "cle_a_verifier"


@preuve_recente
@require_GET
def ajouter(request: Requete) -> HttpResponse:
    hote = request.get_host().partition(":")[0]
    contexte = {"suite": suite_demandee(request), "possible": hote == settings.OTP_WEBAUTHN_RP_ID}
    return render(
        request, "accounts/securite/cle.html", contexte | {"origine": settings.OTP_WEBAUTHN_ALLOWED_ORIGINS[0]}
    )


@preuve_recente
@require_POST
def commencer(request: Requete) -> HttpResponse:
    options, request.session[INSCRIPTION] = services.commencer_cle(acteur=request.user)
    return JsonResponse(options)


@preuve_recente
@require_POST
def enregistrer(request: Requete) -> HttpResponse:
    try:
        cle = services.ajouter_cle(
            acteur=request.user, etat=request.session.pop(INSCRIPTION, {}), reponse=_reponse(request)
        )
    except CodeRefuse as refus:
        return JsonResponse({"refus": str(refus)}, status=422)
    renforcer(request, request.user, cle.reference)
    return JsonResponse({"suite": apres_l_ajout(request, cle)})


@login_not_required
@require_POST
@never_cache
def defier(request: HttpRequest) -> HttpResponse:
    personne = personne_a_verifier(request)
    if personne is None:
        return _trop_tard()
    options, request.session[VERIFICATION] = services.defier_cle(acteur=personne)
    return JsonResponse(options)


@login_not_required
@require_POST
@never_cache
def verifier(request: HttpRequest) -> HttpResponse:
    personne = personne_a_verifier(request)
    if personne is None:
        return _trop_tard()
    try:
        services.compter_tentative(acteur=personne, porte=Porte.FACTEUR, sujet=personne)
        cle = services.verifier_cle(
            acteur=personne, etat=request.session.pop(VERIFICATION, {}), reponse=_reponse(request)
        )
    except LimiteAtteinte as refus:
        return JsonResponse({"refus": str(refus)}, status=429)
    except CodeRefuse as refus:
        return JsonResponse({"refus": str(refus)}, status=422)
    services.effacer_tentative(porte=Porte.FACTEUR, sujet=personne)
    return JsonResponse({"suite": entrer(request, personne, cle)["Location"]})


def _reponse(request: HttpRequest) -> dict[str, Any]:
    """Ce que le navigateur a rendu ; vide si ce n'est pas du JSON, et le service le refuse alors."""
    try:
        reponse = json.loads(request.body)
    except ValueError:
        return {}
    return reponse if isinstance(reponse, dict) else {}


def _trop_tard() -> HttpResponse:
    return JsonResponse({"refus": "Votre mot de passe date de plus de 10 minutes : rechargez la page."}, status=403)
