"""Les récépissés : page, PDF, et la vérification ouverte à tous."""

import segno
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.views.decorators.http import require_GET

from accounts.limites import Porte
from accounts.services import compter_tentative, effacer_tentative
from depot import permissions, queries, recepisse_pdf
from depot.enums import APPLICATION
from depot.forms import FichierAVerifierForm, VerificationForm
from depot.views.communs import PAR_PAGE, rendre
from habilitations.gardes import Acces, acces_application

INVALIDE = 422


@require_GET
@acces_application(APPLICATION)
def recepisses(request: HttpRequest, acces: Acces) -> HttpResponse:
    """Les récépissés d'un même envoi, nommés par `ref`."""
    return _recepisses(request, acces, request.GET.getlist("ref"))


@require_GET
@acces_application(APPLICATION)
def recepisse(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    return _recepisses(request, acces, [reference])


@require_GET
@acces_application(APPLICATION)
def pdf(request: HttpRequest, acces: Acces, reference: str) -> HttpResponse:
    lisibles = queries.filtrer_documents(permissions.documents_lisibles(acces))
    document = get_object_or_404(lisibles, reference=reference)
    return HttpResponse(
        recepisse_pdf.composer(document),
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="recepisse-{document.reference}.pdf"',
            "Cache-Control": "private, no-store",
        },
    )


@require_GET
@login_not_required
def verifier(request: HttpRequest, reference: str = "") -> HttpResponse:
    """Une référence ou une empreinte a-t-elle été déposée ? Ce qui ne donne rien se compte, et finit par attendre."""
    saisie = reference or request.GET.get("q")
    form = VerificationForm(None if saisie is None else {"q": saisie})
    contexte = {"form": form, "fichier": FichierAVerifierForm(), "depots": [], "cherche": form.is_valid()}
    if form.is_valid():
        cherche = form.cleaned_data["q"]
        compter_tentative(acteur=request.user, porte=Porte.VERIFICATION, sujet=cherche)
        contexte["depots"] = queries.depots_verifies(cherche)
        if contexte["depots"]:
            effacer_tentative(porte=Porte.VERIFICATION, sujet=cherche)
    statut = INVALIDE if form.is_bound and not form.is_valid() else 200
    return render(request, "depot/verifier.html", contexte, status=statut)


def _recepisses(request: HttpRequest, acces: Acces, references: list[str]) -> HttpResponse:
    lisibles = queries.filtrer_documents(permissions.documents_lisibles(acces))
    trouves = list(lisibles.filter(reference__in=references[:PAR_PAGE]).order_by("pk"))
    if not trouves:
        raise Http404
    recus = [(document, _code_qr(document.reference)) for document in trouves]
    return rendre(request, acces, "recepisse", {"recus": recus})


def _code_qr(reference: str) -> str:
    """L'image du code, dans la page même, vers la vérification publique du dépôt."""
    adresse = settings.SITE_URL + reverse("depot:verifier_reference", args=[reference])
    image: str = segno.make(adresse, error="m").svg_data_uri(scale=4, border=2, light="white")
    return image
