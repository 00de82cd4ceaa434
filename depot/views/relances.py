"""Les relances : choisir le public, voir le courriel et qui le recevra, envoyer."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods

from depot import courriels, queries, services
from depot.enums import AGENT, APPLICATION, PublicDeRelance
from depot.erreurs import DepotImpossible
from depot.forms import PublicForm
from depot.models import Campagne
from depot.views.communs import paginer, personne, rendre
from habilitations.gardes import Acces, acces_application
from structures.models import Region


@require_http_methods(["GET", "POST"])
@acces_application(APPLICATION, profils={AGENT})
def relances(request: HttpRequest, acces: Acces) -> HttpResponse:
    """Le même formulaire choisit le public (GET) et envoie (POST) : ce qui part est ce qui vient d'être montré."""
    donnees = request.POST if request.method == "POST" else request.GET
    form = PublicForm(donnees or None)
    choix = form.choix()
    campagne = choix.get("campagne") or queries.campagne_courante()
    if campagne is None:
        return rendre(request, acces, "relances", {"campagne": None})
    public = PublicDeRelance(choix.get("public") or PublicDeRelance.INCOMPLETES)
    if request.method == "POST":
        return _envoyer(request, campagne, public, choix.get("region"))
    vise = queries.public_de_relance(campagne, public, choix.get("region"))
    a_relancer, page = vise.a_relancer, paginer(request, list(vise.personnes))
    # Une même lecture sert la page et l'aperçu, que reçoit la première personne à relancer.
    lus = vise.destinataires([*page, *a_relancer[:1]])
    apercu = lus.pop() if a_relancer and lus else None
    contexte = {
        "form": form,
        "campagne": campagne,
        "nombre": len(a_relancer),
        "sans_personne": vise.sans_personne,
        "page": page,
        "destinataires": lus,
        "premiere": apercu and apercu.personne,
        "apercu": apercu and courriels.apercu_de_relance(campagne, apercu),
        "envoi": {"campagne": campagne.annee, "public": public.value, "region": getattr(choix.get("region"), "pk", "")},
        "passes": list(queries.envois_passes(campagne)),
        "perdues": list(queries.relances_perdues(campagne)),
    }
    return rendre(request, acces, "relances", contexte)


def _envoyer(request: HttpRequest, campagne: Campagne, public: PublicDeRelance, region: Region | None) -> HttpResponse:
    try:
        envoi = services.relancer(campagne=campagne, public=public, region=region, acteur=personne(request))
    except DepotImpossible as refus:
        messages.error(request, str(refus))
    else:
        _dire(request, envoi)
    choisis = urlencode([("campagne", campagne.annee), ("public", public.value)])
    return redirect(f"{reverse('depot:relances')}?{choisis}")


def _dire(request: HttpRequest, envoi: services.Tournee) -> None:
    deja = f" {envoi.deja} l'avaient déjà été aujourd'hui." if envoi.deja else ""
    if envoi.relancees:
        messages.success(
            request, f"{envoi.relancees} personne(s) relancée(s) : les courriels partent maintenant.{deja}"
        )
    else:
        messages.warning(request, f"Aucun courriel n'est parti.{deja or ' Ce public ne compte personne.'}")
