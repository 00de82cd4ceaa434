"""Le support voit le portail comme une personne."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from accounts import regard, services
from accounts.models import Utilisateur
from accounts.views.commun import Requete


@require_POST
def arreter_regard(request: Requete) -> HttpResponse:
    """Sous le nom du support : l'intergiciel laisse passer cette adresse."""
    numero = regard.clore(request)
    if numero is None:
        return redirect("accueil")
    personne = get_object_or_404(Utilisateur, pk=numero)
    services.terminer_regard(acteur=request.user, personne=personne)
    messages.success(request, f"Vous ne voyez plus le portail comme {personne}.")
    return redirect(reverse("admin:accounts_utilisateur_change", args=[personne.pk]))
