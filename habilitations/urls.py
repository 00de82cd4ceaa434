"""Adresses des demandes et des habilitations."""

from django.urls import path

from habilitations import views

app_name = "habilitations"
urlpatterns = [
    path("demande/nouvelle/", views.nouvelle_demande, name="nouvelle_demande"),
    path("mon-compte/demandes/", views.mes_demandes, name="mes_demandes"),
    path("mon-compte/demandes/<int:numero>/", views.demande, name="demande"),
    path("mon-compte/habilitations/", views.mes_habilitations, name="mes_habilitations"),
    path("gestion/demandes/", views.file, name="file"),
]
