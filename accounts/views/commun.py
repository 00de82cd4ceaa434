"""Ce que partagent les pages des comptes."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts.courriels import en_mots
from accounts.jetons import LienInvalide, Usage
from accounts.limites import LimiteAtteinte
from accounts.middleware import avec_attente
from accounts.models import Utilisateur

# Ce que la session retient d'une page à l'autre, pour la personne qui n'est pas encore connectée.
CLE_IDENTIFIANT = "identifiant"
CLE_COURRIEL = "courriel"

lire_ou_ecrire = require_http_methods(["GET", "HEAD", "POST"])


class Requete(HttpRequest):
    """Requête d'une personne connectée."""

    user: Utilisateur


def envoye(request: HttpRequest, gabarit: str, usage: Usage) -> HttpResponse:
    contexte: dict[str, Any] = {"duree": en_mots(usage.duree), "courriel": request.session.get(CLE_COURRIEL, "")}
    return render(request, gabarit, contexte)


def lien_invalide(request: HttpRequest, gabarit: str, erreur: LienInvalide) -> HttpResponse:
    return render(request, gabarit, {"personne": erreur.personne}, status=410)


class Refus:
    """Ce que `refus_au_formulaire` a retenu."""

    limite: LimiteAtteinte | None = None

    def marquer(self, reponse: HttpResponse) -> HttpResponse:
        return avec_attente(reponse, self.limite) if self.limite else reponse


@contextmanager
def refus_au_formulaire(form: forms.Form) -> Iterator[Refus]:
    """Dit une limite atteinte dans le formulaire, qui garde les saisies ; la réponse est ensuite à `marquer`."""
    refus = Refus()
    try:
        yield refus
    except LimiteAtteinte as limite:
        refus.limite = limite
        form.add_error(None, str(limite))
