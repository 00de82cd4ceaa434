"""« Nouveau » : déposer un ou plusieurs fichiers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from uuid import uuid4

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_GET, require_http_methods

from depot import permissions, services, televersement
from depot.classeur.controle import Erreur, resumer
from depot.enums import APPLICATION, DEPOSANT, NatureDocument
from depot.erreurs import AConfirmer, ClasseurRefuse, DepotImpossible, StockagePlein
from depot.forms import FICHIERS_MAX, Depot
from depot.models import Campagne, DepotAConfirmer, Document
from depot.views.communs import personne, rendre
from habilitations.gardes import Acces, acces_application

INSUFFISANT = HTTPStatus.INSUFFICIENT_STORAGE
REFUSE = HTTPStatus.UNPROCESSABLE_ENTITY
CORRECTIONS_MAX = 1_500


@csrf_exempt  # lire le jeton, c'est lire tout l'envoi : la garde et la taille d'abord, le jeton ensuite (_nouveau)
@require_http_methods(["GET", "POST"])
@acces_application(APPLICATION, profils={DEPOSANT})
def nouveau(request: HttpRequest, acces: Acces) -> HttpResponse:
    if not televersement.tient(request, nombre=FICHIERS_MAX, taille_max=settings.DEPOT_TAILLE_MAX):
        return rendre(request, acces, "trop_gros", {"taille_max": settings.DEPOT_TAILLE_MAX}, statut=413)
    televersement.preparer(request, settings.DEPOT_TAILLE_MAX)
    return _nouveau(request, acces)


@csrf_protect
def _nouveau(request: HttpRequest, acces: Acces) -> HttpResponse:
    structures = permissions.structures_de_depot(acces)
    campagnes = Campagne.objects.ouvertes_pour(structures)
    form = Depot(
        request.POST or None,
        request.FILES or None,
        initial={nom: request.GET.get(nom, "") for nom in ("structure", "campagne", "nature")} | {"cle": str(uuid4())},
        structures=structures,
        campagnes=campagnes,
        taille_max=settings.DEPOT_TAILLE_MAX,
    )
    statut, issue = HTTPStatus.OK, Issue()
    if request.method == "POST":
        issue = _deposer(request, form) if form.is_valid() else Issue()
        statut = issue.statut
        if not request.accepts("text/html"):
            return _repondre_au_script(form, issue)
        if issue.attentes and not issue.classeurs:
            return _vers_la_confirmation(request, issue)
        if issue.recus:
            return _vers_les_recepisses(request, issue.recus)
    contexte = {
        "form": form,
        "possible": structures.exists() and campagnes.exists(),
        "habilitee": structures.exists(),
        "sans_antivirus": not settings.CLAMAV_URL,
        "classeurs": issue.classeurs,
        "a_confirmer": list(permissions.depots_a_confirmer(acces, personne(request))),
    }
    return rendre(request, acces, "nouveau", contexte, statut=statut)


@require_GET
@acces_application(APPLICATION, profils={DEPOSANT})
def envoi(request: HttpRequest, acces: Acces, cle: str) -> HttpResponse:
    """Après une coupure, la page demande si son envoi était arrivé avant de le recommencer."""
    envoyes = permissions.documents_modifiables(acces).filter(deposant=personne(request), cle_envoi=cle)
    document = envoyes.first()
    if document is None:
        raise Http404
    return JsonResponse(_en_bref(document))


@dataclass
class Issue:
    """Ce que devient un envoi : documents reçus, classeurs à confirmer ou à corriger, et le statut de la réponse."""

    statut: HTTPStatus = REFUSE
    recus: list[Document] = field(default_factory=list)
    attentes: list[DepotAConfirmer] = field(default_factory=list)
    classeurs: list[tuple[str, Sequence[Erreur]]] = field(default_factory=list)


def _deposer(request: HttpRequest, form: Depot) -> Issue:
    """Dépose chaque fichier pour lui-même : un refus n'empêche pas les autres."""
    issue, echecs = Issue(), []
    for fichier in form.cleaned_data["fichiers"]:
        envoye = services.Envoi(
            campagne=form.cleaned_data["campagne"],
            structure=form.cleaned_data["structure"],
            fichier=fichier,
            nature=NatureDocument(form.cleaned_data["nature"]) if form.cleaned_data["nature"] else None,
            cle=form.cleaned_data["cle"],
        )
        try:
            issue.recus.append(services.deposer(envoi=envoye, acteur=personne(request)))
            issue.statut = HTTPStatus.CREATED
        except AConfirmer as pause:
            issue.attentes.append(pause.attente)
        except DepotImpossible as refus:
            if isinstance(refus, ClasseurRefuse):
                issue.classeurs.append((fichier.name, refus.erreurs))
            if isinstance(refus, StockagePlein) and not issue.recus:
                issue.statut = INSUFFISANT
            echecs.append((fichier.name, str(refus)))
    for nom, phrase in echecs:
        if issue.recus or issue.attentes:
            messages.error(request, f"Non déposé – {nom} : {phrase}{_corrections(issue, nom)}")
        else:
            form.add_error("fichiers", f"{nom} : {phrase}" if request.accepts("text/html") else phrase)
    return issue


def _corrections(issue: Issue, nom: str) -> str:
    """Les cellules à corriger de ce classeur, que la page suivante ne redirait pas."""
    erreurs = next((erreurs for classeur, erreurs in issue.classeurs if classeur == nom), ())
    return f" {resumer(erreurs, CORRECTIONS_MAX)}" if erreurs else ""


def _vers_la_confirmation(request: HttpRequest, issue: Issue) -> HttpResponse:
    """Le premier classeur à confirmer ; les autres l'attendent dans la zone de dépôt."""
    if issue.recus:
        messages.success(request, f"{len(issue.recus)} document(s) reçu(s) : leurs récépissés arrivent par courriel.")
    return redirect("depot:confirmer", issue.attentes[0].cle)


def _vers_les_recepisses(request: HttpRequest, recus: list[Document]) -> HttpResponse:
    nombre = len(recus)
    messages.success(
        request,
        f"{'Votre document est reçu' if nombre == 1 else f'Vos {nombre} documents sont reçus'}. "
        f"{'Le récépissé vous est envoyé' if nombre == 1 else 'Les récépissés vous sont envoyés'} par courriel.",
    )
    references = urlencode({"ref": [document.reference for document in recus]}, doseq=True)
    return redirect(f"{reverse('depot:recepisses')}?{references}")


def _repondre_au_script(form: Depot, issue: Issue) -> JsonResponse:
    """La page envoie un fichier à la fois : son récépissé, une confirmation à donner, ou une phrase."""
    if issue.recus:
        return JsonResponse(_en_bref(issue.recus[0]), status=issue.statut)
    if issue.attentes:
        attente = issue.attentes[0]
        adresse = reverse("depot:confirmer", args=[attente.cle])
        reponse = {"adresse": adresse, "phrase": str(AConfirmer(attente))}
        return JsonResponse(reponse, status=HTTPStatus.ACCEPTED)
    phrase = next(erreur for erreurs in form.errors.values() for erreur in erreurs)
    corrections = [str(erreur) for _, erreurs in issue.classeurs for erreur in erreurs]
    return JsonResponse({"phrase": phrase, "corrections": corrections}, status=issue.statut)


def _en_bref(document: Document) -> dict[str, str]:
    adresse = f"{reverse('depot:recepisses')}?{urlencode({'ref': document.reference})}"
    return {"reference": document.reference, "adresse": adresse}
