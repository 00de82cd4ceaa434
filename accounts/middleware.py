"""Voir le portail comme une personne : la page est la sienne, rien ne s'y écrit, et l'écran le dit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.models import Utilisateur
from accounts.permissions import refus_de_regarder
from accounts.services import terminer_regard

CLE = "regard"
LECTURES = ("GET", "HEAD")
# L'administration et les secrets d'un compte ne s'ouvrent jamais ainsi.
FERMES = ("/admin/", "/mon-compte/securite/", "/mon-compte/mot-de-passe/")


@dataclass(frozen=True)
class Regard:
    """Qui regarde, comme qui, jusqu'à quand."""

    agent: Utilisateur
    personne: Utilisateur
    fin: datetime

    def refus(self, request: HttpRequest) -> str:
        if timezone.now() >= self.fin:
            return "L'heure est passée : arrêtez, puis recommencez avec un motif s'il le faut."
        if refus := refus_de_regarder(self.agent, self.personne):
            return refus
        if request.method not in LECTURES:
            return "Vous regardez en lecture seule : rien n'a été enregistré."
        if request.path.startswith(FERMES):
            return "Cette page ne s'ouvre pas quand on voit le portail comme une autre personne."
        return ""


def regard(suivant: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Pose `request.regard`, et fait de la personne regardée celle de la requête."""

    def traiter(request: HttpRequest) -> HttpResponse:
        note = request.session.get(CLE)
        if not note or not isinstance(request.user, Utilisateur):
            return suivant(request)
        personne = Utilisateur.objects.filter(pk=note["personne"]).first()
        if personne is None or request.path == reverse("accounts:arreter_regard"):
            return suivant(request)
        if request.path == reverse("accounts:deconnexion"):
            terminer_regard(acteur=request.user, personne=personne)
            return suivant(request)
        vu = Regard(agent=request.user, personne=personne, fin=datetime.fromisoformat(note["fin"]))
        request.regard = vu  # type: ignore[attr-defined]
        if refus := vu.refus(request):
            return render(request, "accounts/regard_refuse.html", {"refus": refus}, status=403)
        request.user = personne
        return suivant(request)

    return traiter
