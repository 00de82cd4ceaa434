"""Ce que les agents publient pour tous."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.base import ContentFile
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from depot import permissions, queries, services
from depot.classeur.exemples import CAMSP, CMPP, composer
from depot.classeur.modele import FEUILLE, Sorte
from depot.classeur.plages import SORTES
from depot.enums import AGENT, APPLICATION, TYPES_MIME, CategorieDeposante, NatureDocument, TypeDocument
from depot.erreurs import DepotImpossible, ModeleFautif
from depot.forms import PublicationForm, RemplacementForm
from depot.models import Document, Publication
from depot.views.communs import a_telecharger, personne, piece_jointe, rendre
from habilitations.gardes import Acces, acces_application

INVALIDE = 422
FAUTES_DITES = 20
EXEMPLES = {CategorieDeposante.CAMSP: CAMSP, CategorieDeposante.CMPP: CMPP}
lire_ou_ecrire = require_http_methods(["GET", "POST"])


@require_GET
@acces_application(APPLICATION)
def telecharger(request: HttpRequest, acces: Acces, numero: int) -> HttpResponseBase:
    return piece_jointe(request, get_object_or_404(permissions.publications_lisibles(acces), pk=numero))


@require_GET
@acces_application(APPLICATION, profils={AGENT})
def exemple(request: HttpRequest, acces: Acces, categorie: str) -> FileResponse:
    """Un modèle travaillé, avec sa feuille « contrôles » : de quoi commencer celui de l'année."""
    if categorie not in EXEMPLES:
        raise Http404
    annee = timezone.localdate().year
    classeur = ContentFile(composer(EXEMPLES[CategorieDeposante(categorie)], annee))
    nom = f"modele-{CategorieDeposante(categorie).label.lower()}-{annee}.xlsx"
    return a_telecharger(classeur, nom, TYPES_MIME[TypeDocument.XLSX])


def _aide() -> dict[str, Any]:
    return {"exemples": list(EXEMPLES), "sortes": list(Sorte), "sortes_nommees": list(SORTES)}


@lire_ou_ecrire
@acces_application(APPLICATION, profils={AGENT})
def publier(request: HttpRequest, acces: Acces) -> HttpResponse:
    initial = {nom: request.GET.get(nom) for nom in ("campagne", "categorie", "nature")}
    form = PublicationForm(request.POST or None, request.FILES or None, initial=initial)
    if form.is_valid():
        try:
            publication = services.publier(
                titre=form.cleaned_data["titre"],
                description=form.cleaned_data["description"],
                destination=form.destination(),
                fichier=form.cleaned_data["fichier"],
                acteur=personne(request),
            )
        except DepotImpossible as refus:
            _dire(form, refus)
        else:
            return _publie(request, publication)
    contexte = {"form": form, "titre": "Publier un document"} | _aide()
    return rendre(request, acces, "publier", contexte, statut=INVALIDE if form.is_bound else 200)


@lire_ou_ecrire
@acces_application(APPLICATION, profils={AGENT})
def remplacer(request: HttpRequest, acces: Acces, numero: int) -> HttpResponse:
    publication = get_object_or_404(Publication.objects.en_ligne(), pk=numero)
    form = RemplacementForm(request.POST or None, request.FILES or None)
    if form.is_valid():
        try:
            nouvelle = services.remplacer(
                publication=publication, fichier=form.cleaned_data["fichier"], acteur=personne(request)
            )
        except DepotImpossible as refus:
            _dire(form, refus)
        else:
            return _publie(request, nouvelle)
    contexte = {"form": form, "titre": f"Remplacer « {publication.titre} »"} | _aide()
    return rendre(request, acces, "publier", contexte, statut=INVALIDE if form.is_bound else 200)


@lire_ou_ecrire
@acces_application(APPLICATION, profils={AGENT})
def retirer(request: HttpRequest, acces: Acces, numero: int) -> HttpResponse:
    publication = get_object_or_404(Publication.objects.en_ligne(), pk=numero)
    if request.method == "GET":
        return rendre(request, acces, "retirer_publication", {"publication": publication})
    try:
        services.retirer(publication=publication, acteur=personne(request))
        messages.success(request, f"« {publication.titre} » n'est plus proposé.")
    except DepotImpossible as refus:
        messages.error(request, str(refus))
    return _retour(publication)


def _dire(form: forms.Form, refus: DepotImpossible) -> None:
    """Les fautes d'un modèle se corrigent ensemble : elles sont toutes dites."""
    for phrase in refus.fautes[:FAUTES_DITES] if isinstance(refus, ModeleFautif) else [str(refus)]:
        form.add_error("fichier", phrase)


def _publie(request: HttpRequest, publication: Publication) -> HttpResponse:
    messages.success(request, f"« {publication.titre} » est en ligne.{_controles(publication)}")
    return _retour(publication)


def _controles(publication: Publication) -> str:
    if publication.nature != NatureDocument.QUANTITATIF:
        return ""
    if nombre := len(publication.controles):
        deja = queries.classeurs_sans_chiffres(Document.objects.gardes()).filter(campagne=publication.campagne).count()
        suite = f" {deja} classeur(s) déjà déposé(s) restent à lire : voyez « En examen »." if deja else ""
        return f" {nombre} cellules des classeurs déposés seront vérifiées.{suite}"
    return f" Sans feuille « {FEUILLE} » ni plages nommées, les classeurs déposés ne seront pas vérifiés."


def _retour(publication: Publication) -> HttpResponse:
    if publication.campagne:
        return redirect("depot:campagne", publication.campagne.annee)
    return redirect("depot:documents")
