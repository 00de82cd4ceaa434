"""L'import du registre par le support : demander, suivre, lire ce qui a changé. Branché dans l'administration."""

from pathlib import Path

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from structures import permissions, queries, raccords, services
from structures.comptes_rendus import comptes, feuilles, identite, remarques
from structures.enums import EtatImport
from structures.forms import FiltresImportForm, ImportForm
from structures.models import Changement, ImportFiness
from structures.tableaux import en_classeur
from structures.views.tableaux import EXCEL

PAR_PAGE = 50


def _reserver_au_support(request: HttpRequest) -> None:
    if not permissions.est_du_support(request.user):
        raise PermissionDenied


@require_http_methods(["GET", "POST"])
def importer(request: HttpRequest) -> HttpResponse:
    _reserver_au_support(request)
    saisie = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ImportForm(*saisie, presents=_fichiers_du_serveur())
    if request.method == "POST" and form.is_valid():
        envoye = form.cleaned_data["fichier"]
        chemin = form.chemin or services.recevoir(envoye)
        try:
            importation = services.demander_import(
                chemin=chemin,
                acteur=request.user,
                nom=envoye.name if envoye else chemin.name,
                forcer=form.cleaned_data["forcer"],
            )
        except services.ImportEnCours as refus:
            form.add_error(None, str(refus))
        else:
            return redirect("admin:structures_importfiness_suivre", importation.pk)
    contexte = {"form": form, "avec_ouvrier": bool(settings.CELERY_BROKER_URL)}
    return render(request, "structures/importer.html", contexte, status=422 if form.errors else 200)


def _fichiers_du_serveur() -> list[Path]:
    dossier = Path(settings.FINESS_DOSSIER)
    suffixes = (".csv", ".csv.gz", ".json", ".json.gz")
    if not dossier.is_dir():
        return []
    return sorted(chemin for chemin in dossier.iterdir() if chemin.name.endswith(suffixes) and chemin.is_file())


@require_GET
def suivre(request: HttpRequest, numero: int) -> HttpResponse:
    """L'avancement, puis le compte rendu et ses filtres."""
    _reserver_au_support(request)
    importation = get_object_or_404(ImportFiness.objects.select_related("par"), pk=numero)
    form, changements = _changements(request, importation)
    page = Paginator(changements, PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "importation": importation,
        "en_cours": importation.etat == EtatImport.EN_COURS,
        "identite": identite(importation),
        "comptes": comptes(importation),
        "remarques": remarques(importation),
        "form": form,
        "page": page,
        "filtree": any(request.GET.get(nom) for nom in form.fields),
    }
    return render(request, "structures/suivre_import.html", contexte)


@require_GET
def tableur(request: HttpRequest, numero: int) -> HttpResponse | FileResponse:
    _reserver_au_support(request)
    importation = get_object_or_404(ImportFiness, pk=numero)
    _, changements = _changements(request, importation)
    classeur = en_classeur(*feuilles(importation, changements))
    return FileResponse(
        classeur, as_attachment=True, filename=f"import-finess-{importation.pk}.xlsx", content_type=EXCEL
    )


def _changements(request: HttpRequest, importation: ImportFiness) -> tuple[FiltresImportForm, QuerySet[Changement]]:
    form = FiltresImportForm(request.GET)
    criteres = form.cleaned_data if form.is_valid() else {}
    return form, queries.changements(importation, raccords.employees(), **criteres)
