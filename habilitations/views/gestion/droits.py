"""Les habilitations des portefeuilles d'une personne gestionnaire : les trouver, les suspendre, les révoquer."""

from collections.abc import Callable, Iterator
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from habilitations import services
from habilitations.enums import EtatHabilitation
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.forms import FiltresDesDroitsForm, GesteMotiveForm
from habilitations.gardes import Acces, acces_application
from habilitations.models import Habilitation, HabilitationQuerySet
from habilitations.queries import (
    ONGLETS_DES_DROITS,
    droits_confies,
    droits_d_un_onglet,
    filtrer_les_droits,
    histoire,
)
from habilitations.views.communs import Requete
from structures.tableaux import Valeur
from structures.views.tableaux import FORMATS, reponse_tableau

PAR_PAGE = 25
COLONNES = (
    "Nom",
    "Prénom",
    "Adresse courriel",
    "Application",
    "Profil",
    "Structure",
    "N° FINESS",
    "Département",
    "État",
    "Depuis le",
    "Jusqu'au",
    "Motif",
)
Geste = Callable[..., Habilitation]


@acces_application("administration")
@require_GET
def droits(request: Requete, acces: Acces) -> HttpResponseBase:
    onglet = request.GET.get("onglet", "")
    onglet = onglet if onglet in ONGLETS_DES_DROITS else "en_vigueur"
    form = FiltresDesDroitsForm(request.GET, personne=request.user, onglet=onglet)
    form.is_valid()
    trouves = filtrer_les_droits(droits_confies(request.user), form.cleaned_data)
    montres = droits_d_un_onglet(trouves, onglet)
    if request.GET.get("format") in FORMATS:
        return reponse_tableau("Habilitations", COLONNES, _lignes(montres), format_=request.GET["format"])
    contexte = {
        "form": form,
        "onglet": onglet,
        "a_revoir": droits_d_un_onglet(trouves, "a_revoir").order_by().count(),
        "page": Paginator(montres, PAR_PAGE).get_page(request.GET.get("page")),
        "filtree": any(form.cleaned_data.values()),
        "formats": FORMATS,
    }
    return render(request, "habilitations/gestion/droits.html", contexte)


def _lignes(droits: HabilitationQuerySet) -> Iterator[tuple[Valeur, ...]]:
    for droit in droits.iterator(chunk_size=1000):
        lieu = droit.structure
        yield (
            droit.titulaire.nom,
            droit.titulaire.prenom,
            droit.titulaire.courriel,
            droit.profil.application.nom,
            droit.profil.nom,
            lieu.nom if lieu else "",
            lieu.numero_finess or "" if lieu else "",
            str(lieu.departement or "") if lieu else "",
            droit.get_etat_display(),
            droit.debut_le,
            droit.fin_le,
            droit.motif,
        )


@acces_application("administration")
@require_GET
def droit(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    return _page(request, get_object_or_404(droits_confies(request.user), pk=numero))


@acces_application("administration")
@require_POST
def revoquer(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    return _geste_motive(
        request, numero, services.revoquer, "revoquer", "L'habilitation de {} est révoquée : un courriel le lui dit."
    )


@acces_application("administration")
@require_POST
def suspendre(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    return _geste_motive(
        request, numero, services.suspendre, "suspendre", "L'habilitation de {} est suspendue : un courriel le lui dit."
    )


@acces_application("administration")
@require_POST
def reprendre(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    return _geste_motive(
        request,
        numero,
        services.reprendre,
        "reprendre",
        "L'habilitation de {} est de nouveau ouverte : un courriel le lui dit.",
    )


@acces_application("administration")
@require_POST
def confirmer(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    """La personne gestionnaire l'a revue, et elle reste juste : elle sort de la liste « À revoir »."""
    habilitation = get_object_or_404(droits_confies(request.user), pk=numero)
    try:
        services.confirmer(habilitation=habilitation, acteur=request.user)
    except (DemandeImpossible, TransitionInterdite) as refus:
        messages.error(request, str(refus))
    else:
        messages.success(
            request, f"L'habilitation de {habilitation.titulaire} est confirmée : rien ne change pour elle."
        )
    return redirect("habilitations:droit", numero=numero)


def _geste_motive(request: Requete, numero: int, geste: Geste, nom: str, succes: str) -> HttpResponse:
    habilitation = get_object_or_404(droits_confies(request.user), pk=numero)
    form = GesteMotiveForm(request.POST, **_reglages(habilitation, nom))
    if not form.is_valid():
        return _page(request, habilitation, en_erreur=(nom, form))
    try:
        geste(habilitation=habilitation, acteur=request.user, motif=form.cleaned_data["motif"])
    except (DemandeImpossible, TransitionInterdite) as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, succes.format(habilitation.titulaire))
    return redirect("habilitations:droit", numero=numero)


GESTES = {
    "suspendre": ("Suspendre l'habilitation", "btn-outline-danger"),
    "reprendre": ("Lever la suspension", "btn-primary"),
    "revoquer": ("Révoquer l'habilitation", "btn-danger"),
}
PERMIS: dict[str, tuple[str, ...]] = {
    EtatHabilitation.ACTIVE: ("suspendre", "revoquer"),
    EtatHabilitation.SUSPENDUE: ("reprendre", "revoquer"),
}


def _reglages(habilitation: Habilitation, geste: str) -> dict[str, Any]:
    libelle, classe = GESTES[geste]
    adresse = reverse(f"habilitations:{geste}_droit", args=[habilitation.pk])
    return {"prefix": geste, "adresse": adresse, "libelle": libelle, "classe": classe}


def _page(
    request: Requete, habilitation: Habilitation, *, en_erreur: tuple[str, GesteMotiveForm] | None = None
) -> HttpResponse:
    gestes = []
    for geste in PERMIS.get(habilitation.etat, ()):
        fautif = en_erreur is not None and en_erreur[0] == geste
        form = en_erreur[1] if en_erreur and fautif else GesteMotiveForm(**_reglages(habilitation, geste))
        gestes.append((GESTES[geste][0], form, fautif))
    contexte = {
        "habilitation": habilitation,
        "a_revoir": Habilitation.objects.a_revoir().filter(pk=habilitation.pk).exists(),
        "gestes": gestes,
        # Nommé `form`, celui qui est en erreur donne son titre et son résumé à la page.
        "form": en_erreur[1] if en_erreur else None,
        "histoire": histoire(habilitation),
    }
    return render(request, "habilitations/gestion/droit.html", contexte)
