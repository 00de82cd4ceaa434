from django.urls import path

from structures.views import annuaire

app_name = "structures"
urlpatterns = [
    path("", annuaire.rechercher, name="rechercher"),
    path("<int:numero>/", annuaire.fiche, name="fiche"),
    path("entites/<str:finess>/", annuaire.entite, name="entite"),
]
