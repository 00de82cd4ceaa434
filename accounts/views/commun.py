"""Ce que partagent les pages des comptes."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.courriels import en_mots
from accounts.jetons import LienInvalide, Usage
from accounts.models import Utilisateur

# Ce que la session retient d'une page à l'autre, pour la personne qui n'est pas encore connectée.
CLE_IDENTIFIANT = "identifiant"
CLE_COURRIEL = "courriel"
# La personne qui demande un accès en créant son compte : sa saisie, et le compte créé (aucun si l'adresse est connue).
CLE_POSTULANT = "postulant"

lire_ou_ecrire = require_http_methods(["GET", "HEAD", "POST"])


class Requete(HttpRequest):
    """Requête d'une personne connectée."""

    user: Utilisateur


def envoye(request: HttpRequest, gabarit: str, usage: Usage) -> HttpResponse:
    contexte: dict[str, Any] = {"duree": en_mots(usage.duree), "courriel": request.session.get(CLE_COURRIEL, "")}
    return render(request, gabarit, contexte)


def lien_invalide(request: HttpRequest, gabarit: str, erreur: LienInvalide) -> HttpResponse:
    return render(request, gabarit, {"personne": erreur.personne}, status=410)
