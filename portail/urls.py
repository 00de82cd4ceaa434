"""Toutes les adresses du portail."""

from django.contrib import admin
from django.urls import include, path

from portail import views

urlpatterns = [
    path("", views.accueil, name="accueil"),
    path("", include("accounts.urls")),
    path("", include("habilitations.urls")),
    path("structures/", include("structures.urls")),
    path("camsp-cmpp/", include("depot.urls")),
    path("admin/", admin.site.urls),
]
