from django.urls import path

from accounts.views import cles, compte, connexion, inscription, oubli, securite, verification

app_name = "accounts"
urlpatterns = [
    path("connexion/", connexion.connexion, name="connexion"),
    path("deconnexion/", connexion.deconnexion, name="deconnexion"),
    path("inscription/", inscription.inscription, name="inscription"),
    path("inscription/demande/", inscription.inscription_et_demande, name="inscription_et_demande"),
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
    path("verification/", verification.verification, name="verification"),
    path("verification/envoyer/", verification.envoyer, name="envoyer_code"),
    path("verification/cle/defi/", cles.defier, name="defier_cle"),
    path("verification/cle/", cles.verifier, name="verifier_cle"),
    path("mon-compte/securite/", securite.securite, name="securite"),
    path("mon-compte/securite/mot-de-passe/", securite.redonner_mot_de_passe, name="redonner_mot_de_passe"),
    path("mon-compte/securite/ajouter/", securite.ajouter, name="ajouter_facteur"),
    path("mon-compte/securite/ajouter/application/", securite.ajouter_application, name="ajouter_application"),
    path("mon-compte/securite/ajouter/courriel/", securite.ajouter_courriel, name="ajouter_courriel"),
    path("mon-compte/securite/ajouter/sms/", securite.ajouter_sms, name="ajouter_sms"),
    path("mon-compte/securite/ajouter/cle/", cles.ajouter, name="ajouter_cle"),
    path("mon-compte/securite/ajouter/cle/defi/", cles.commencer, name="commencer_cle"),
    path("mon-compte/securite/ajouter/cle/enregistrer/", cles.enregistrer, name="enregistrer_cle"),
    path("mon-compte/securite/codes-de-secours/", securite.codes_de_secours, name="codes_de_secours"),
    path("mon-compte/securite/<slug:reference>/activer/", securite.activer, name="activer_facteur"),
    path("mon-compte/securite/<slug:reference>/renvoyer/", securite.renvoyer, name="renvoyer_code"),
    path("mon-compte/securite/<slug:reference>/renommer/", securite.renommer, name="renommer_facteur"),
    path("mon-compte/securite/<slug:reference>/retirer/", securite.retirer, name="retirer_facteur"),
    # L'administration n'a ni sa propre connexion, ni son propre changement de mot de passe.
    path("admin/login/", connexion.connexion_support, name="connexion_support"),
    path("admin/logout/", connexion.deconnexion),
    path("admin/password_change/", compte.changer_mot_de_passe),
]
