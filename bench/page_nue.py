"""Les adresses du portail, et une page vide : la coque que porte chaque page d'une personne connectée, rien dedans."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from portail.urls import handler400, handler500
from portail.urls import urlpatterns as celles_du_portail

__all__ = ["handler400", "handler500", "urlpatterns"]


def nue(request: HttpRequest) -> HttpResponse:
    return render(request, "base.html")


urlpatterns = [path("nue/", nue), *celles_du_portail]
