"""Ce que partagent les pages des comptes."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import services
from accounts.courriels import en_mots
from accounts.jetons import LienInvalide, Usage
from accounts.models import Utilisateur

# Ce que la session retient d'une page à l'autre, pour la personne qui n'est pas encore connectée.
CLE_IDENTIFIANT = "identifiant"
CLE_COURRIEL = "courriel"

lire_ou_ecrire = require_http_methods(["GET", "HEAD", "POST"])


class Requete(HttpRequest):
    """Requête d'une personne connectée."""

    user: Utilisateur


def fermer_les_autres_sessions_si_demande(request: Requete, form: Form) -> None:
    if form.cleaned_data["fermer_sessions"]:
        update_session_auth_hash(request, services.fermer_les_autres_sessions(acteur=request.user))
        messages.info(request, "Vos sessions ouvertes sur d'autres appareils sont fermées.")


def envoye(request: HttpRequest, gabarit: str, usage: Usage) -> HttpResponse:
    contexte: dict[str, Any] = {"duree": en_mots(usage.duree), "courriel": request.session.get(CLE_COURRIEL, "")}
    return render(request, gabarit, contexte)


def lien_invalide(request: HttpRequest, gabarit: str, erreur: LienInvalide) -> HttpResponse:
    return render(request, gabarit, {"personne": erreur.personne}, status=410)
