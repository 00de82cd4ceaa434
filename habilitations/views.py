"""Pages des demandes et des habilitations."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from habilitations.gardes import Acces, acces_application
from habilitations.models import Application, Demande, Habilitation


def nouvelle_demande(request: HttpRequest) -> HttpResponse:
    contexte = {"applications": Application.objects.filter(ouverte=True)}
    return render(request, "habilitations/nouvelle_demande.html", contexte)


def mes_demandes(request: HttpRequest) -> HttpResponse:
    demandes = Demande.objects.filter(demandeur=request.user.pk).select_related("profil__application")
    return render(request, "habilitations/mes_demandes.html", {"demandes": demandes})


def demande(request: HttpRequest, numero: int) -> HttpResponse:
    siennes = Demande.objects.filter(demandeur=request.user.pk)
    return render(request, "habilitations/demande.html", {"demande": get_object_or_404(siennes, pk=numero)})


def mes_habilitations(request: HttpRequest) -> HttpResponse:
    droits = Habilitation.objects.actives().filter(titulaire=request.user.pk).select_related("profil__application")
    return render(request, "habilitations/mes_habilitations.html", {"habilitations": droits})


@acces_application("administration")
def file(request: HttpRequest, acces: Acces) -> HttpResponse:
    return render(request, "habilitations/file.html", {"acces": acces})
