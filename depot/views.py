"""Pages de l'espace CAMSP / CMPP."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import Utilisateur
from depot import permissions, queries, services
from depot.enums import APPLICATION, DEPOSANT, NatureDocument
from depot.erreurs import DepotImpossible, StockagePlein
from depot.forms import Depot, FiltresDocuments, FiltresFiness
from depot.models import Campagne, Document
from depot.televersement import etait_plein
from habilitations.gardes import Acces, acces_application

PAR_PAGE = 25
INSUFFISANT = 507


def _personne(request: HttpRequest) -> Utilisateur:
    # La garde n'ouvre ces vues qu'à une personne connectée.
    return cast("Utilisateur", request.user)


def _page(
    request: HttpRequest, acces: Acces, gabarit: str, contexte: dict[str, Any], *, statut: int = 200
) -> HttpResponse:
    """Une page de l'espace ; son nom de gabarit dit où l'on est dans le menu."""
    commun = {
        "onglet": gabarit,
        "peut_deposer": permissions.peut_deposer(acces),
        "lit_tout": permissions.lit_tout(acces),
    }
    return render(request, f"depot/{gabarit}.html", commun | contexte, status=statut)


def _paginer(request: HttpRequest, lignes: QuerySet[Any]) -> Page[Any]:
    return Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page"))


@require_GET
@acces_application(APPLICATION)
def accueil(request: HttpRequest, acces: Acces) -> HttpResponse:
    return _page(request, acces, "accueil", {"ouvertes": list(Campagne.objects.ouvertes())})


@require_http_methods(["GET", "POST"])
@acces_application(APPLICATION, profils={DEPOSANT})
def nouveau(request: HttpRequest, acces: Acces) -> HttpResponse:
    structures, campagnes = permissions.structures_de_depot(acces), Campagne.objects.ouvertes()
    form = Depot(
        request.POST or None,
        request.FILES or None,
        initial={"structure": request.GET.get("structure"), "nature": request.GET.get("nature")},
        structures=structures,
        campagnes=campagnes,
        taille_max=settings.DEPOT_TAILLE_MAX,
    )
    statut = 200
    if request.method == "POST":
        if etait_plein(request):
            # Les fichiers ont été sautés : qu'on n'accuse pas la personne de n'en avoir choisi aucun.
            form.errors.pop("fichiers", None)
            form.add_error("fichiers", str(StockagePlein()))
            statut = INSUFFISANT
        elif form.is_valid():
            recus, statut = _deposer(request, form)
            if recus:
                return _vers_les_recepisses(request, recus)
        else:
            statut = 422
    contexte = {"form": form, "possible": structures.exists() and campagnes.exists(), "habilitee": structures.exists()}
    return _page(request, acces, "nouveau", contexte, statut=statut)


def _deposer(request: HttpRequest, form: Depot) -> tuple[list[Document], int]:
    """Dépose chaque fichier pour lui-même : un refus n'empêche pas les autres. Rend aussi le statut d'un échec."""
    recus, echecs, statut = [], [], 422
    for fichier in form.cleaned_data["fichiers"]:
        try:
            document = services.deposer(
                campagne=form.cleaned_data["campagne"],
                structure=form.cleaned_data["structure"],
                nature=NatureDocument(form.cleaned_data["nature"]),
                fichier=fichier,
                acteur=_personne(request),
            )
        except DepotImpossible as refus:
            statut = INSUFFISANT if isinstance(refus, StockagePlein) else statut
            echecs.append(f"{fichier.name} : {refus}")
        else:
            recus.append(document)
    for echec in echecs:
        if recus:
            messages.error(request, f"Non déposé – {echec}")
        else:
            form.add_error("fichiers", echec)
    return recus, statut


def _vers_les_recepisses(request: HttpRequest, recus: list[Document]) -> HttpResponse:
    nombre = len(recus)
    messages.success(
        request,
        f"{'Votre document est déposé' if nombre == 1 else f'Vos {nombre} documents sont déposés'}. "
        f"{'Le récépissé vous est envoyé' if nombre == 1 else 'Les récépissés vous sont envoyés'} par courriel.",
    )
    references = urlencode({"ref": [document.reference for document in recus]}, doseq=True)
    adresse = f"{reverse('depot:recepisses')}?{references}"
    if request.accepts("text/html"):
        return redirect(adresse)
    return JsonResponse({"adresse": adresse}, status=201)


@require_GET
@acces_application(APPLICATION)
def recepisses(request: HttpRequest, acces: Acces) -> HttpResponse:
    """Les récépissés d'un même envoi, nommés par `ref`."""
    return _recepisses(request, acces, request.GET.getlist("ref"))


@require_GET
@acces_application(APPLICATION)
def recepisse(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    return _recepisses(request, acces, [reference])


def _recepisses(request: HttpRequest, acces: Acces, references: list[str]) -> HttpResponse:
    lisibles = queries.filtrer_documents(permissions.documents_lisibles(acces))
    trouves = list(lisibles.filter(reference__in=references[:PAR_PAGE]).order_by("pk"))
    if not trouves:
        raise Http404
    return _page(request, acces, "recepisse", {"documents": trouves})


@require_GET
@acces_application(APPLICATION)
def documents(request: HttpRequest, acces: Acces) -> HttpResponse:
    form = FiltresDocuments(request.GET or None)
    gardes = permissions.documents_lisibles(acces).gardes()
    page = _paginer(request, queries.filtrer_documents(gardes, **form.choix()))
    return _page(request, acces, "documents", {"form": form, "page": page, "filtre": bool(form.choix())})


@require_GET
@acces_application(APPLICATION)
def telecharger(request: HttpRequest, acces: Acces, reference: str) -> FileResponse:
    document = get_object_or_404(permissions.documents_lisibles(acces), reference=reference)
    if not document.est_telechargeable:
        raise Http404
    reponse = FileResponse(
        default_storage.open(document.emplacement),
        as_attachment=True,
        filename=document.nom_fichier,
        content_type=document.type_mime,
    )
    reponse["Content-Security-Policy"] = "default-src 'none'; sandbox"
    reponse["Cache-Control"] = "private, no-store"
    reponse["X-Content-Type-Options"] = "nosniff"
    return reponse


@require_POST
@acces_application(APPLICATION, profils={DEPOSANT})
def supprimer(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    document = get_object_or_404(permissions.documents_modifiables(acces), reference=reference)
    try:
        services.supprimer(document=document, acteur=_personne(request))
        messages.success(request, f"« {document.nom_fichier} » est dans la corbeille. Vous pouvez l'en restaurer.")
    except DepotImpossible as refus:
        messages.error(request, str(refus))
    return redirect("depot:documents")


@require_GET
@acces_application(APPLICATION)
def zone(request: HttpRequest, acces: Acces) -> HttpResponse:
    campagne = queries.campagne_courante()
    page = _paginer(request, permissions.structures_lisibles(acces).order_by("nom", "pk"))
    lignes = queries.face_a(campagne, page.object_list) if campagne else []
    return _page(request, acces, "zone", {"campagne": campagne, "page": page, "lignes": lignes})


@require_GET
@acces_application(APPLICATION)
def liste_finess(request: HttpRequest, acces: Acces) -> HttpResponse:
    form = FiltresFiness(request.GET or None, regions=queries.regions())
    choix = form.choix()
    campagne = choix.pop("campagne", None) or queries.campagne_courante()
    structures = queries.filtrer_structures(permissions.structures_lisibles(acces), campagne=campagne, **choix)
    page = _paginer(request, structures.order_by("nom", "pk"))
    lignes = queries.face_a(campagne, page.object_list) if campagne else []
    contexte = {"form": form, "campagne": campagne, "page": page, "lignes": lignes, "filtre": bool(choix)}
    return _page(request, acces, "liste_finess", contexte)


@require_GET
@acces_application(APPLICATION)
def corbeille(request: HttpRequest, acces: Acces) -> HttpResponse:
    jetes = queries.filtrer_documents(permissions.documents_lisibles(acces).jetes()).order_by("-supprime_le", "-pk")
    return _page(request, acces, "corbeille", {"page": _paginer(request, jetes)})


@require_POST
@acces_application(APPLICATION, profils={DEPOSANT})
def restaurer(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    document = get_object_or_404(permissions.documents_modifiables(acces), reference=reference)
    try:
        services.restaurer(document=document, acteur=_personne(request))
        messages.success(request, f"« {document.nom_fichier} » est de nouveau parmi vos documents.")
    except DepotImpossible as refus:
        messages.error(request, str(refus))
    return redirect("depot:corbeille")
