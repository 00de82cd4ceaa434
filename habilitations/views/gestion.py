"""La file des gestionnaires, et la page où une demande se lit et se décide."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from habilitations import permissions, services
from habilitations.erreurs import TransitionInterdite
from habilitations.forms import FiltresForm, MotifForm
from habilitations.gardes import Acces, acces_application
from habilitations.models import Demande, DemandeQuerySet
from habilitations.queries import (
    ONGLETS,
    PLAFOND,
    chronologie,
    compter,
    d_un_onglet,
    demandes_confiees,
    filtrer,
    preuves,
    trier,
    voisines,
)
from habilitations.views.communs import Requete, envoi

PAR_PAGE = 25


@acces_application("administration")
@require_GET
def file(request: Requete, acces: Acces) -> HttpResponse:
    onglet, form, demandes = _liste(request)
    # Les onglets des demandes traitées, les plus longs à compter, ne disent leur nombre qu'une fois ouverts.
    nombres = {code: compter(d_un_onglet(demandes, code)) for code in {"en_attente", onglet}}
    pages = Paginator(trier(d_un_onglet(demandes, onglet), form.cleaned_data.get("tri", "")), PAR_PAGE)
    pages.count = min(nombres[onglet], PLAFOND)
    contexte = {
        "form": form,
        "onglet": onglet,
        "onglets": [(code, libelle, nombres.get(code)) for code, libelle in ONGLETS.items()],
        "plafond": PLAFOND,
        "plafonnee": nombres[onglet] > PLAFOND,
        "filtres": request.GET.urlencode(),
        "page": pages.get_page(request.GET.get("page")),
        "filtree": any(form.cleaned_data.get(champ) for champ in ("q", "application", "profil", "departement")),
    }
    return render(request, "habilitations/file.html", contexte)


@acces_application("administration")
@require_GET
def traiter(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    demande = get_object_or_404(demandes_confiees(request.user), pk=numero)
    return _page_de_demande(request, demande, _form_motif(request, numero))


@acces_application("administration")
@require_POST
def accepter(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    demande = get_object_or_404(demandes_confiees(request.user), pk=numero)
    try:
        services.accepter(demande=demande, acteur=request.user)
    except TransitionInterdite as refus:
        return _deja_traitee(request, refus)
    messages.success(
        request,
        f"La demande de {demande.demandeur} est acceptée : l'application lui est ouverte, un courriel le lui dit.",
    )
    return _demande_suivante(request, demande)


@acces_application("administration")
@require_POST
def refuser(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    demande = get_object_or_404(demandes_confiees(request.user), pk=numero)
    form = _form_motif(request, numero)
    if not form.is_valid():
        return _page_de_demande(request, demande, form)
    try:
        services.refuser(demande=demande, motif=form.cleaned_data["motif"], acteur=request.user)
    except TransitionInterdite as refus:
        return _deja_traitee(request, refus)
    messages.success(request, f"La demande de {demande.demandeur} est refusée. Un courriel lui donne le motif.")
    return _demande_suivante(request, demande)


def _liste(request: Requete) -> tuple[str, FiltresForm, DemandeQuerySet]:
    """L'onglet, les filtres de l'adresse, et les demandes confiées à la personne qui y répondent, tous états."""
    onglet = request.GET.get("etat", "")
    onglet = onglet if onglet in ONGLETS else "en_attente"
    form = FiltresForm(request.GET, personne=request.user, etat=onglet)
    form.is_valid()
    return onglet, form, filtrer(demandes_confiees(request.user), form.cleaned_data)


def _page_de_demande(request: Requete, demande: Demande, form: MotifForm) -> HttpResponse:
    onglet, filtres, demandes = _liste(request)
    contexte: dict[str, Any] = {
        "demande": demande,
        "structures": demande.structures.all(),
        "peut_decider": permissions.peut_decider(request.user, demande),
        "form": form,
        "preuves": preuves(demande),
        "chronologie": chronologie(demande),
        "voisines": voisines(d_un_onglet(demandes, onglet), demande, filtres.cleaned_data.get("tri", "")),
        "filtres": request.GET.urlencode(),
    }
    return render(request, "habilitations/traiter.html", contexte)


def _form_motif(request: Requete, numero: int) -> MotifForm:
    return MotifForm(envoi(request), adresse=_avec_filtres(request, "refuser", numero))


def _demande_suivante(request: Requete, demande: Demande) -> HttpResponse:
    """La décision prise, la suivante de la même liste ; la liste elle-même quand il n'en reste pas."""
    onglet, filtres, demandes = _liste(request)
    suivante = voisines(d_un_onglet(demandes, onglet), demande, filtres.cleaned_data.get("tri", "")).suivante
    if suivante:
        return HttpResponseRedirect(_avec_filtres(request, "traiter", suivante))
    return HttpResponseRedirect(_avec_filtres(request, "file"))


def _avec_filtres(request: Requete, vue: str, *args: int) -> str:
    filtres = request.GET.urlencode()
    return reverse(f"habilitations:{vue}", args=args) + (f"?{filtres}" if filtres else "")


def _deja_traitee(request: Requete, refus: TransitionInterdite) -> HttpResponse:
    contexte = {"refus": refus, "demande": refus.objet, "retour": _avec_filtres(request, "file")}
    return render(request, "habilitations/deja_traitee.html", contexte, status=409)
