"""L'annuaire : chercher, lire une fiche, une entité et ses établissements. Ouvert à toute personne connectée."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_POST

from structures import permissions, queries, raccords, services
from structures.finess.numeros import nettoyer
from structures.forms import RechercheForm, SuccesseurForm
from structures.models import EntiteJuridique, Structure

PAR_PAGE = 25
# Une recherche par mots donne les meilleures réponses, non toutes : au-delà, mieux vaut préciser.
REPONSES_MAX = 200


@require_GET
def rechercher(request: HttpRequest) -> HttpResponse:
    form = RechercheForm(request.GET)
    criteres = form.cleaned_data if form.is_valid() else {}
    texte = criteres.pop("q", "").strip()
    categorie = criteres.pop("categorie", None)
    criteres["categories"] = [categorie] if categorie else None
    filtree = bool(texte or any(criteres.values()))
    lignes: Any = []
    if texte:
        lignes = queries.rechercher(texte, parmi=queries.acceptees(**criteres), limite=REPONSES_MAX)
    elif filtree:
        lignes = queries.acceptees(**criteres)
    page = Paginator(lignes, PAR_PAGE).get_page(request.GET.get("page"))
    contexte = {
        "form": form,
        "page": page,
        "filtree": filtree,
        "texte": texte,
        "trop": page.paginator.count >= REPONSES_MAX and bool(texte),
        "entite": queries.entite_au_numero(texte) if texte else None,
        "proposition": _proposition(texte, lignes),
    }
    reponse = render(request, f"structures/{'resultats' if _sans_la_page(request) else 'rechercher'}.html", contexte)
    patch_vary_headers(reponse, ["HX-Request"])
    return reponse


def _sans_la_page(request: HttpRequest) -> bool:
    """htmx remplace les seules réponses : les centaines de choix du formulaire ne sont pas à refaire."""
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def _proposition(texte: str, lignes: list[Structure]) -> str:
    """Ce que dit un numéro qui n'est celui d'aucune réponse : une faute de saisie, une entité."""
    if not queries.est_un_numero(texte) or any(ligne.numero_finess == nettoyer(texte) for ligne in lignes):
        return ""
    return queries.par_numero(texte).message


@require_GET
def fiche(request: HttpRequest, numero: int) -> HttpResponse:
    structure = get_object_or_404(queries.avec_lieux().select_related("departement__region", "successeur"), pk=numero)
    return _fiche(request, structure, _form_successeur(request, structure))


def _fiche(
    request: HttpRequest, structure: Structure, form: SuccesseurForm | None, *, statut: int = 200
) -> HttpResponse:
    contexte = {
        "structure": structure,
        "histoire": queries.histoire(structure),
        "remplacees": list(structure.remplacees.all()),
        "volets": raccords.volets(structure, request),
        "form": form,
    }
    return render(request, "structures/fiche.html", contexte, status=statut)


def _form_successeur(request: HttpRequest, structure: Structure, donnees: Any = None) -> SuccesseurForm | None:
    if not permissions.peut_designer_un_successeur(request.user, structure):
        return None
    actuel = structure.successeur.numero_finess if structure.successeur else ""
    adresse = reverse("admin:structures_structure_successeur", args=[structure.pk])
    return SuccesseurForm(donnees, adresse=adresse, initial={"numero": actuel})


@require_POST
def designer_successeur(request: HttpRequest, numero: int) -> HttpResponse:
    structure = get_object_or_404(queries.avec_lieux().select_related("departement__region"), pk=numero)
    form = _form_successeur(request, structure, request.POST)
    if form is None:
        raise Http404
    if form.is_valid():
        try:
            services.designer_successeur(
                structure=structure, successeur=form.cleaned_data["numero"], acteur=request.user
            )
        except services.SuccessionImpossible as refus:
            form.add_error("numero", str(refus))
        else:
            messages.success(request, "Le successeur est enregistré : la fiche le nomme.")
            return redirect("structures:fiche", numero=structure.pk)
    return _fiche(request, structure, form, statut=422)


@require_GET
def entite(request: HttpRequest, finess: str) -> HttpResponse:
    entite = get_object_or_404(EntiteJuridique, numero_finess=finess)
    siens = queries.avec_lieux().filter(entite_juridique=entite).order_by("-etat", "nom", "pk")
    page = Paginator(siens, PAR_PAGE).get_page(request.GET.get("page"))
    return render(request, "structures/entite.html", {"entite": entite, "page": page})
