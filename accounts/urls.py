from django.urls import path

from accounts import views

app_name = "accounts"
urlpatterns = [
    path("connexion/", views.connexion, name="connexion"),
    path("deconnexion/", views.deconnexion, name="deconnexion"),
    path("inscription/", views.inscription, name="inscription"),
    path("inscription/structures/", views.proposer_structures, name="proposer_structures"),
    path("inscription/envoyee/", views.inscription_envoyee, name="inscription_envoyee"),
    path("confirmer/<str:jeton>/", views.confirmer, name="confirmer"),
    path("confirmation/renvoyer/", views.renvoyer_confirmation, name="renvoyer_confirmation"),
    path("confirmation/renvoyee/", views.confirmation_renvoyee, name="confirmation_renvoyee"),
    path("identifiant-ou-mot-de-passe-oublie/", views.oubli, name="oubli"),
    path("identifiant-ou-mot-de-passe-oublie/envoye/", views.oubli_envoye, name="oubli_envoye"),
    path("nouveau-mot-de-passe/<str:jeton>/", views.nouveau_mot_de_passe, name="nouveau_mot_de_passe"),
    path("mon-compte/identite/", views.identite, name="identite"),
    path("mon-compte/identite/modifier/", views.modifier_identite, name="modifier_identite"),
    path("mon-compte/mot-de-passe/", views.changer_mot_de_passe, name="changer_mot_de_passe"),
    # L'administration n'a ni sa propre connexion, ni son propre changement de mot de passe.
    path("admin/login/", views.connexion_support, name="connexion_support"),
    path("admin/logout/", views.deconnexion),
    path("admin/password_change/", views.changer_mot_de_passe),
]
