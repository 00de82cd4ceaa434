"""« Mes données » : les recevoir, fermer son compte."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localdate

from accounts import services
from accounts.connexion_forte import preuve_recente
from accounts.enums import Fermeture
from accounts.erreurs import GesteRefuse
from accounts.views.commun import Requete, lire_ou_ecrire


@lire_ou_ecrire
@preuve_recente
def mes_donnees(request: Requete) -> HttpResponse | FileResponse:
    """Dit ce que l'archive contient ; l'envoi du formulaire la remet."""
    if request.method != "POST":
        return render(request, "accounts/mes_donnees.html")
    archive = services.exporter(acteur=request.user)
    nom = f"mes-donnees-{request.user.identifiant}-{localdate():%Y-%m-%d}.zip"
    return FileResponse(archive, as_attachment=True, filename=nom)


@lire_ou_ecrire
@preuve_recente
def fermer_mon_compte(request: Requete) -> HttpResponse:
    if request.method == "POST":
        try:
            services.fermer(acteur=request.user, personne=request.user, raison=Fermeture.DEMANDE)
        except GesteRefuse as refus:
            messages.error(request, str(refus))
            return redirect("accounts:identite")
        logout(request)
        messages.success(request, "Votre compte est fermé. Un courriel vous le confirme, et dit comment revenir.")
        return redirect("accounts:connexion")
    contexte = {"delai": settings.COMPTE_DELAI_ANONYMISATION_JOURS, "journal": settings.JOURNAL_MOIS}
    return render(request, "accounts/fermer_mon_compte.html", contexte)
