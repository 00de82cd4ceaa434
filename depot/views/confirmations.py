"""Confirmer les chiffres d'un classeur, et les lire d'une année à l'autre."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from depot import permissions, queries, services
from depot.enums import APPLICATION, DEPOSANT
from depot.erreurs import AConfirmer, ClasseurRefuse, DepotImpossible
from depot.forms import ConfirmationForm
from depot.views.communs import personne, rendre
from habilitations.gardes import Acces, acces_application

INVALIDE = 422


@require_http_methods(["GET", "POST"])
@acces_application(APPLICATION, profils={DEPOSANT})
def confirmer(request: HttpRequest, acces: Acces, cle: UUID) -> HttpResponse:
    attente = get_object_or_404(permissions.depots_a_confirmer(acces, personne(request)), cle=cle)
    form = ConfirmationForm(request.POST or None, avertissements=attente.avertissements)
    contexte = {"form": form, "attente": attente, "erreurs": ()}
    if form.is_valid():
        try:
            document = services.confirmer(attente=attente, commentaires=form.commentaires(), acteur=personne(request))
        except AConfirmer:
            messages.warning(request, "D'autres chiffres sont à confirmer : le modèle ou l'an passé ont changé.")
            return redirect("depot:confirmer", cle)
        except ClasseurRefuse as refus:
            form.add_error(None, str(refus))
            contexte["erreurs"] = refus.erreurs
        except DepotImpossible as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(request, "Votre document est reçu. Le récépissé vous est envoyé par courriel.")
            return redirect("depot:recepisse", document.reference)
    return rendre(request, acces, "confirmer", contexte, statut=INVALIDE if form.is_bound else 200)


@require_POST
@acces_application(APPLICATION, profils={DEPOSANT})
def abandonner(request: HttpRequest, acces: Acces, cle: UUID) -> HttpResponse:
    attente = get_object_or_404(permissions.depots_a_confirmer(acces, personne(request)), cle=cle)
    services.renoncer(attente=attente)
    messages.success(request, f"« {attente.nom_fichier} » n'est pas déposé. Corrigez-le, puis déposez-le à nouveau.")
    return redirect("depot:zone")


@require_GET
@acces_application(APPLICATION)
def chiffres(request: HttpRequest, acces: Acces, numero: str, annee: int) -> HttpResponse:
    """Les chiffres d'une structure, cette année et la précédente côte à côte."""
    structure = get_object_or_404(permissions.structures_consultables(acces), numero_finess=numero)
    avant, apres = queries.classeur_de_l_an_passe(structure, annee), queries.dernier_classeur(structure, annee)
    contexte = {
        "structure": structure,
        "annee": annee,
        "annee_passee": annee - 1,
        "avant": avant,
        "apres": apres,
        "lignes": queries.cote_a_cote(avant, apres),
    }
    return rendre(request, acces, "chiffres", contexte)
