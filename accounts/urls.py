from django.urls import path

from accounts.views import adresse, compte, connexion, donnees, inscription, oubli, regard

app_name = "accounts"
urlpatterns = [
    path("connexion/", connexion.connexion, name="connexion"),
    path("deconnexion/", connexion.deconnexion, name="deconnexion"),
    path("inscription/", inscription.inscription, name="inscription"),
    path("inscription/structures/", inscription.proposer_structures, name="proposer_structures"),
    path("inscription/envoyee/", inscription.inscription_envoyee, name="inscription_envoyee"),
    path("confirmer/<str:jeton>/", inscription.confirmer, name="confirmer"),
    path("confirmation/renvoyer/", inscription.renvoyer_confirmation, name="renvoyer_confirmation"),
    path("confirmation/renvoyee/", inscription.confirmation_renvoyee, name="confirmation_renvoyee"),
    path("identifiant-ou-mot-de-passe-oublie/", oubli.oubli, name="oubli"),
    path("identifiant-ou-mot-de-passe-oublie/envoye/", oubli.oubli_envoye, name="oubli_envoye"),
    path("nouveau-mot-de-passe/<str:jeton>/", oubli.nouveau_mot_de_passe, name="nouveau_mot_de_passe"),
    path("mon-compte/identite/", compte.identite, name="identite"),
    path("mon-compte/identite/modifier/", compte.modifier_identite, name="modifier_identite"),
    path("mon-compte/mot-de-passe/", compte.changer_mot_de_passe, name="changer_mot_de_passe"),
    path("mon-compte/verifier/", compte.verifier_mot_de_passe, name="verifier_mot_de_passe"),
    path("mon-compte/courriel/", adresse.changer_courriel, name="changer_courriel"),
    path("mon-compte/donnees/", donnees.mes_donnees, name="mes_donnees"),
    path("mon-compte/fermer/", donnees.fermer_mon_compte, name="fermer_mon_compte"),
    path("nouvelle-adresse/<str:jeton>/", adresse.confirmer_courriel, name="confirmer_courriel"),
    path("nouvelle-adresse/<str:jeton>/contester/", adresse.contester_courriel, name="contester_courriel"),
    path("regard/arreter/", regard.arreter_regard, name="arreter_regard"),
    # L'administration n'a ni sa propre connexion, ni son propre changement de mot de passe.
    path("admin/login/", connexion.connexion_support, name="connexion_support"),
    path("admin/logout/", connexion.deconnexion),
    path("admin/password_change/", compte.changer_mot_de_passe),
]
