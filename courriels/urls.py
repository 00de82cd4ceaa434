"""Lecture des courriels, montée en mode démonstration seulement."""

from django.urls import path

from courriels import views

app_name = "courriels"
urlpatterns = [
    path("", views.liste, name="liste"),
    path("<uuid:reference>/", views.lire, name="lire"),
    path("<uuid:reference>/html/", views.lire_html, name="lire_html"),
]
