"""« Mon compte » : mes demandes, mes habilitations."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from habilitations import permissions, queries, services
from habilitations.enums import NON_DECIDEES, EtatDemande
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.forms import RemiseForm
from habilitations.models import Demande, Habilitation
from habilitations.queries import (
    chronologie,
    collegues,
    complements_de,
    demandes_de,
    droits_de,
    structures_a_quitter,
    tenu_dans,
)
from habilitations.views.communs import Requete, envoi
from structures.models import Structure

lire_ou_ecrire = require_http_methods(["GET", "HEAD", "POST"])


@require_GET
def mes_demandes(request: Requete) -> HttpResponse:
    demandes = list(demandes_de(request.user))
    etats = [demande.etat for demande in demandes]
    contexte = {
        "brouillons": [demande for demande in demandes if demande.etat == EtatDemande.BROUILLON],
        "envoyees": [demande for demande in demandes if demande.etat != EtatDemande.BROUILLON],
        "en_attente": sum(etat in NON_DECIDEES for etat in etats),
        "acceptees": etats.count(EtatDemande.ACCEPTEE),
        "refusees": etats.count(EtatDemande.REFUSEE),
    }
    return render(request, "habilitations/mes_demandes.html", contexte)


@require_GET
def demande(request: Requete, numero: int) -> HttpResponse:
    sienne = get_object_or_404(demandes_de(request.user), pk=numero)
    if sienne.etat == EtatDemande.BROUILLON:
        return redirect("habilitations:reprendre", numero=numero)
    contexte = {
        "demande": sienne,
        "peut_annuler": permissions.peut_annuler(request.user, sienne),
        "complements": complements_de(sienne),
        "chronologie": chronologie(sienne),
    }
    return render(request, "habilitations/demande.html", contexte)


@lire_ou_ecrire
def annuler_demande(request: Requete, numero: int) -> HttpResponse:
    """Demande confirmation, puis abandonne le brouillon ou retire la demande en attente."""
    sienne = get_object_or_404(Demande.objects.filter(demandeur=request.user).select_related("profil"), pk=numero)
    if request.method == "POST":
        brouillon = sienne.etat == EtatDemande.BROUILLON
        try:
            services.annuler(demande=sienne, acteur=request.user)
        except TransitionInterdite as refus:
            messages.error(request, str(refus))
        else:
            messages.success(
                request, "Votre demande commencée est abandonnée." if brouillon else "Votre demande est retirée."
            )
        return redirect("habilitations:mes_demandes")
    permis = permissions.peut_annuler(request.user, sienne)
    if not permis:
        messages.error(request, permis.raison)
        return redirect("habilitations:mes_demandes")
    return render(request, "habilitations/annuler_demande.html", {"demande": sienne})


@require_GET
def mes_habilitations(request: Requete) -> HttpResponse:
    contexte = {
        "profils": droits_de(request.user),
        "structures": structures_a_quitter(request.user),
    }
    return render(request, "habilitations/mes_habilitations.html", contexte)


@require_GET
def applications_manquantes(request: Requete) -> HttpResponse:
    """« Il manque une application ? » : pour chacune, pourquoi, et que faire."""
    contexte = {"ouvertes": queries.tuiles(request.user), "manquantes": queries.applications_manquantes(request.user)}
    return render(request, "habilitations/applications_manquantes.html", contexte)


@require_POST
def renouveler(request: Requete, numero: int) -> HttpResponse:
    """Prépare la demande, et mène à son récapitulatif : il reste à l'envoyer."""
    habilitation = get_object_or_404(Habilitation, titulaire=request.user, pk=numero)
    try:
        demande = services.renouveler(habilitation=habilitation, acteur=request.user)
    except DemandeImpossible as refus:
        messages.error(request, str(refus))
        return redirect("habilitations:mes_habilitations")
    return redirect("habilitations:recapitulatif", numero=demande.pk)


@lire_ou_ecrire
def renoncer(request: Requete, numero: int) -> HttpResponse:
    """Demande confirmation, puis rend l'habilitation."""
    siennes = Habilitation.objects.filter(titulaire=request.user).select_related("profil__application", "structure")
    habilitation = get_object_or_404(siennes, pk=numero)
    if request.method == "POST":
        try:
            services.renoncer(habilitation=habilitation, acteur=request.user)
        except TransitionInterdite as refus:
            messages.error(request, str(refus))
        else:
            messages.success(request, "Vous avez renoncé à cette habilitation : elle n'ouvre plus l'application.")
        return redirect("habilitations:mes_habilitations")
    permis = permissions.peut_renoncer(request.user, habilitation)
    if not permis:
        messages.error(request, permis.raison)
        return redirect("habilitations:mes_habilitations")
    return render(request, "habilitations/renoncer.html", {"habilitation": habilitation})


@lire_ou_ecrire
def quitter_structure(request: Requete, numero: int) -> HttpResponse:
    """Montre tout ce que la personne tient dans une structure, puis le rend, et propose une suite, d'un seul geste."""
    structure = get_object_or_404(Structure, pk=numero)
    tenu = tenu_dans(request.user, structure)
    if not tenu:
        raise Http404
    form = None
    if tenu.profils:
        form = RemiseForm(envoi(request), personne=request.user, collegues=collegues(request.user, structure))
    if request.method == "POST" and (form is None or form.is_valid()):
        remettre_a = form.cleaned_data["remettre_a"] if form else ""
        services.quitter_structure(structure=structure, acteur=request.user, remettre_a=remettre_a)
        suite = f" Votre proposition part à {remettre_a}." if remettre_a else ""
        messages.success(
            request, f"Vous avez quitté {structure}. Un courriel récapitule ce que vous avez rendu.{suite}"
        )
        return redirect("habilitations:mes_habilitations")
    contexte = {"structure": structure, "tenu": tenu, "form": form}
    return render(request, "habilitations/quitter_structure.html", contexte)
