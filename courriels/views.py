"""Les courriels du mode démonstration, que personne n'a à recevoir pour les lire."""

from uuid import UUID

from csp.constants import NONE, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from courriels.models import Courriel

PAR_PAGE = 25


@login_not_required
def liste(request: HttpRequest) -> HttpResponse:
    courriels = Courriel.objects.only("reference", "destinataire", "sujet", "cree_le", "etat")
    if recherche := request.GET.get("q", "").strip():
        courriels = courriels.filter(destinataire__icontains=recherche)
    page = Paginator(courriels, PAR_PAGE).get_page(request.GET.get("page"))
    return render(request, "courriels/liste.html", {"page": page, "q": recherche})


@login_not_required
def lire(request: HttpRequest, reference: UUID) -> HttpResponse:
    contexte = {
        "courriel": get_object_or_404(Courriel, reference=reference),
        "expediteur": settings.DEFAULT_FROM_EMAIL,
    }
    return render(request, "courriels/lire.html", contexte)


@login_not_required
@csp_replace({"default-src": [NONE], "style-src": [UNSAFE_INLINE]})  # type: ignore[arg-type]  # typé sans argument d'URL
def lire_html(request: HttpRequest, reference: UUID) -> HttpResponse:
    """La version HTML telle que la reçoit une messagerie, styles en ligne compris et rien d'autre."""
    return HttpResponse(get_object_or_404(Courriel, reference=reference).html)
