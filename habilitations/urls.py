"""Adresses des demandes et des habilitations."""

from django.urls import path

from habilitations.views import assistant, compte, gestion

app_name = "habilitations"
urlpatterns = [
    path("demande/nouvelle/", assistant.nouvelle_demande, name="nouvelle_demande"),
    path("demande/identification/", assistant.identification, name="identification"),
    path("demande/<int:numero>/abandonner/", assistant.abandonner, name="abandonner"),
    path("demande/<int:numero>/", assistant.reprendre, name="reprendre"),
    path("demande/<int:numero>/application/", assistant.changer_profil, name="changer_profil"),
    path("demande/<int:numero>/structures/", assistant.structures, name="structures"),
    path("demande/<int:numero>/structures/type/", assistant.type_de_structure, name="type_de_structure"),
    path("demande/<int:numero>/structures/<slug:code>/numero/", assistant.par_numero_finess, name="par_numero"),
    path(
        "demande/<int:numero>/structures/<slug:code>/recherche/",
        assistant.recherche_structure,
        name="recherche_structure",
    ),
    path("demande/<int:numero>/structures/ajouter/", assistant.ajouter_structure, name="ajouter_structure"),
    path("demande/<int:numero>/structures/retirer/", assistant.retirer_structure, name="retirer_structure"),
    path("demande/<int:numero>/recapitulatif/", assistant.recapitulatif, name="recapitulatif"),
    path("demande/<int:numero>/message/", assistant.enregistrer_message, name="enregistrer_message"),
    path("mon-compte/demandes/", compte.mes_demandes, name="mes_demandes"),
    path("mon-compte/demandes/<int:numero>/", compte.demande, name="demande"),
    path("mon-compte/demandes/<int:numero>/supprimer/", compte.annuler_demande, name="annuler_demande"),
    path("mon-compte/habilitations/", compte.mes_habilitations, name="mes_habilitations"),
    path("mon-compte/habilitations/<int:numero>/renoncer/", compte.renoncer, name="renoncer"),
    path("mon-compte/structures/<int:numero>/quitter/", compte.quitter_structure, name="quitter_structure"),
    path("gestion/demandes/", gestion.file, name="file"),
    path("gestion/demandes/<int:numero>/", gestion.traiter, name="traiter"),
    path("gestion/demandes/<int:numero>/accepter/", gestion.accepter, name="accepter"),
    path("gestion/demandes/<int:numero>/refuser/", gestion.refuser, name="refuser"),
]
