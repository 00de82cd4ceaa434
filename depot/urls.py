from django.urls import path

from depot import views

app_name = "depot"
urlpatterns = [
    path("", views.accueil, name="accueil"),
    path("nouveau/", views.nouveau, name="nouveau"),
    path("recepisses/", views.recepisses, name="recepisses"),
    path("recepisses/<str:reference>/", views.recepisse, name="recepisse"),
    path("documents/", views.documents, name="documents"),
    path("documents/<str:reference>/telecharger/", views.telecharger, name="telecharger"),
    path("documents/<str:reference>/supprimer/", views.supprimer, name="supprimer"),
    path("zone-de-depot/", views.zone, name="zone"),
    path("liste-finess/", views.liste_finess, name="liste_finess"),
    path("corbeille/", views.corbeille, name="corbeille"),
    path("corbeille/<str:reference>/restaurer/", views.restaurer, name="restaurer"),
]
