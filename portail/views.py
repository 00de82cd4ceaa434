from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def accueil(request: HttpRequest) -> HttpResponse:
    return render(request, "portail/accueil.html")
