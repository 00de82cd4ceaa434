"""Le transfert guidé d'un établissement fermé vers son successeur."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from habilitations import services
from habilitations.erreurs import DemandeImpossible
from habilitations.gardes import Acces, acces_application
from habilitations.queries import est_transferee, structures_a_transferer, transfert
from habilitations.views.communs import Requete
from structures.models import Structure

PAR_PAGE = 25


@acces_application("administration")
@require_GET
def transferts(request: Requete, acces: Acces) -> HttpResponse:
    page = Paginator(structures_a_transferer(request.user), PAR_PAGE).get_page(request.GET.get("page"))
    return render(request, "habilitations/gestion/transferts.html", {"page": page})


@acces_application("administration")
@require_http_methods(["GET", "HEAD", "POST"])
def transferer(request: Requete, acces: Acces, numero: int) -> HttpResponse:
    """L'aperçu, personne par personne, puis le geste : ce qui a changé entre les deux arrête tout."""
    structure = get_object_or_404(Structure.objects.select_related("successeur", "departement"), pk=numero)
    prevu = transfert(request.user, structure)
    if not prevu.passages:
        if not est_transferee(request.user, structure):
            raise Http404
        messages.info(request, f"Les habilitations de {structure} sont déjà transférées.")
        return redirect("habilitations:transferts")
    if request.method == "POST":
        annonce = frozenset(int(numero) for numero in request.POST.getlist("habilitation") if numero.isdecimal())
        try:
            fait = services.transferer(structure=structure, acteur=request.user, annonce=annonce)
        except DemandeImpossible as refus:
            messages.error(request, str(refus))
            return redirect("habilitations:transferer", numero=numero)
        nombre = len({passage.habilitation.titulaire_id for passage in fait.passages})
        messages.success(
            request,
            f"Les habilitations de {structure} sont transférées à {fait.successeur} : {nombre} "
            f"personne{'s' if nombre > 1 else ''} {'reçoivent' if nombre > 1 else 'reçoit'} un courriel.",
        )
        return redirect("habilitations:transferts")
    return render(request, "habilitations/gestion/transferer.html", {"transfert": prevu, "structure": structure})
