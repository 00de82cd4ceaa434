from django.urls import path

from structures import views

app_name = "structures"
urlpatterns = [
    path("", views.rechercher, name="rechercher"),
    path("<int:numero>/", views.fiche, name="fiche"),
    path("<int:numero>/successeur/", views.designer_successeur, name="designer_successeur"),
    path("entites/<str:finess>/", views.entite, name="entite"),
]
