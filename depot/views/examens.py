"""Les documents en examen, décidés par les agents, et les classeurs dont les chiffres restent à lire."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from depot import permissions, queries, services
from depot.classeur.controle import resumer
from depot.enums import A_EXAMINER, AGENT, APPLICATION, EtatDocument, TypeDocument
from depot.erreurs import ClasseurRefuse, DepotImpossible
from depot.forms import MOTIF_MAX, RefusForm
from depot.juge import noms
from depot.juge.verdicts import Issue
from depot.models import Document
from depot.views.communs import a_telecharger, paginer, personne, rendre
from habilitations.gardes import Acces, acces_application

INVALIDE = 422
DETAILS_MAX = 1_000
SANS_CHIFFRES_MONTRES = 50
lire_ou_ecrire = require_http_methods(["GET", "POST"])


def _a_examiner(acces: Acces, reference: str) -> Document:
    lisibles = permissions.documents_lisibles(acces).gardes().select_related("structure", "campagne", "deposant")
    return get_object_or_404(lisibles, reference=reference)


@require_GET
@acces_application(APPLICATION, profils={AGENT})
def examens(request: HttpRequest, acces: Acces) -> HttpResponse:
    gardes = permissions.documents_lisibles(acces).gardes()
    page = paginer(request, queries.filtrer_documents(gardes.filter(etat__in=A_EXAMINER)).order_by("depose_le", "pk"))
    return rendre(request, acces, "examens", {"page": page, "a_lire": _a_lire(acces)})


def _a_lire(acces: Acces) -> QuerySet[Document]:
    gardes = permissions.documents_lisibles(acces).gardes()
    a_lire = queries.filtrer_documents(queries.classeurs_sans_chiffres(gardes)).order_by("depose_le", "pk")
    return a_lire[:SANS_CHIFFRES_MONTRES]


@lire_ou_ecrire
@acces_application(APPLICATION, profils={AGENT})
def ouvrir(request: HttpRequest, acces: Acces, reference: str) -> HttpResponseBase:
    """Prévient de ce qu'est un fichier que rien n'a fini de contrôler, puis le remet : jamais dans le navigateur."""
    document = _a_examiner(acces, reference)
    if document.etat != EtatDocument.EXAMEN_MANUEL:
        messages.error(request, f"{reference} n'est plus en examen.")
        return redirect("depot:examens")
    if request.method == "GET":
        return rendre(request, acces, "ouvrir_en_examen", {"document": document})
    try:
        fichier = services.ouvrir_pour_examen(document=document, acteur=personne(request))
    except DepotImpossible as refus:
        messages.error(request, str(refus))
        return redirect("depot:examens")
    dite = noms.extension(document.nom_fichier)
    extension = dite if dite in TypeDocument.values else "bin"
    return a_telecharger(fichier, f"en-examen-{reference}.{extension}", "application/octet-stream")


@require_POST
@acces_application(APPLICATION, profils={AGENT})
def rejuger(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    document = _a_examiner(acces, reference)
    try:
        verdict = services.rejuger(document=document, acteur=personne(request))
    except DepotImpossible as refus:
        _dire(request, document, refus)
    else:
        if verdict.issue is Issue.ACCEPTE:
            messages.success(request, f"{document.reference} est contrôlé et repasse à l'antivirus.")
        else:
            raison = verdict.phrase or "Le contrôle n'a pas pu se terminer."
            messages.warning(request, f"{document.reference} reste en examen. {raison}")
    return redirect("depot:examens")


@require_POST
@acces_application(APPLICATION, profils={AGENT})
def publier_apres_examen(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    document = _a_examiner(acces, reference)
    try:
        services.publier_apres_examen(document=document, acteur=personne(request))
        messages.success(request, f"{document.reference} est publié.")
    except DepotImpossible as refus:
        _dire(request, document, refus)
    return redirect("depot:examens")


@require_POST
@acces_application(APPLICATION, profils={AGENT})
def lire_les_chiffres(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    document = _a_examiner(acces, reference)
    try:
        services.lire_les_chiffres(document=document, acteur=personne(request))
        messages.success(request, f"Les chiffres de {document.reference} sont lus.")
    except DepotImpossible as refus:
        _dire(request, document, refus)
    return redirect("depot:examens")


@require_POST
@acces_application(APPLICATION, profils={AGENT})
def lire_tous_les_chiffres(request: HttpRequest, acces: Acces) -> HttpResponse:
    """Ceux que la page montre, d'un geste ; un classeur à corriger n'arrête pas les autres."""
    lus = 0
    for document in _a_lire(acces):
        try:
            services.lire_les_chiffres(document=document, acteur=personne(request))
            lus += 1
        except DepotImpossible as refus:
            messages.error(request, f"{document.reference} : {refus}")
    messages.success(request, f"Les chiffres de {lus} classeur{'s' if lus > 1 else ''} sont lus.")
    return redirect("depot:examens")


def _dire(request: HttpRequest, document: Document, refus: DepotImpossible) -> None:
    details = f" {resumer(refus.erreurs, DETAILS_MAX)}" if isinstance(refus, ClasseurRefuse) else ""
    messages.error(request, f"{document.reference} : {refus}{details}")


@lire_ou_ecrire
@acces_application(APPLICATION, profils={AGENT})
def refuser_apres_examen(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    document = _a_examiner(acces, reference)
    form = RefusForm(
        request.POST if request.method == "POST" else None,
        # Ce que le classeur a de faux : la personne qui l'a déposé saura quoi corriger.
        initial={"motif": resumer(services.corrections(document), MOTIF_MAX)} if request.method == "GET" else {},
        retour=reverse("depot:examens"),
    )
    if form.is_valid():
        try:
            services.refuser_apres_examen(document=document, motif=form.cleaned_data["motif"], acteur=personne(request))
        except DepotImpossible as refus:
            messages.error(request, str(refus))
        else:
            messages.success(request, f"{document.reference} est refusé : la personne qui l'a déposé en lit le motif.")
        return redirect("depot:examens")
    contexte = {"form": form, "titre": f"Refuser {document.reference}", "campagne": None}
    return rendre(request, acces, "formulaire_agent", contexte, statut=INVALIDE if form.is_bound else 200)
