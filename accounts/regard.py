"""Voir le portail comme une personne : la page est la sienne, rien ne s'y écrit, et l'écran le dit."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts import services
from accounts.models import Utilisateur
from accounts.permissions import refus_de_regarder

Vue = Callable[[HttpRequest], HttpResponse]
CLE = "regard"
LECTURES = ("GET", "HEAD")
# L'administration, les secrets d'un compte et ses sessions ne s'ouvrent jamais à qui regarde comme une autre personne.
FERMES = ("/admin/", "/mon-compte/securite/", "/mon-compte/sessions/", "/mon-compte/mot-de-passe/", "/verification/")


def ouvrir(request: HttpRequest, personne: Utilisateur, fin: datetime) -> None:
    """Retient dans la session du support qui il regarde, et jusqu'à quand."""
    request.session[CLE] = {"personne": personne.pk, "fin": fin.isoformat()}


def clore(request: HttpRequest) -> int | None:
    """Rend la session au support ; le numéro de la personne qu'il regardait, s'il en regardait une."""
    note = request.session.pop(CLE, None)
    return note["personne"] if note else None


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


def intergiciel(suivant: Vue) -> Vue:
    """Pose `request.regard`, et fait de la personne regardée celle de la requête."""

    def traiter(request: HttpRequest) -> HttpResponse:
        note = request.session.get(CLE)
        if not note or not isinstance(request.user, Utilisateur):
            return suivant(request)
        personne = Utilisateur.objects.filter(pk=note["personne"]).first()
        # Arrêter, prolonger sa session : ces gestes sont ceux du support, sous son nom.
        siens = (reverse("accounts:arreter_regard"), reverse("accounts:prolonger_session"))
        if personne is None or request.path in siens:
            return suivant(request)
        if request.path == reverse("accounts:deconnexion") and request.method == "POST":
            services.terminer_regard(acteur=request.user, personne=personne)
            return suivant(request)
        vu = Regard(agent=request.user, personne=personne, fin=datetime.fromisoformat(note["fin"]))
        request.regard = vu  # type: ignore[attr-defined]
        if refus := vu.refus(request):
            return render(request, "accounts/regard_refuse.html", {"refus": refus}, status=403)
        request.user = personne
        return suivant(request)

    return traiter
