"""Les campagnes, tenues par les agents."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from depot import permissions, queries, services
from depot.enums import AGENT, APPLICATION
from depot.erreurs import DepotImpossible
from depot.forms import CampagneForm, ProlongationForm, ReouvertureForm
from depot.models import Campagne, Prolongation
from depot.views.communs import personne, rendre
from habilitations.gardes import Acces, acces_application

INVALIDE = 422
lire_ou_ecrire = require_http_methods(["GET", "POST"])


@require_GET
@acces_application(APPLICATION, profils={AGENT})
def campagnes(request: HttpRequest, acces: Acces) -> HttpResponse:
    return rendre(request, acces, "campagnes", {"campagnes": list(queries.campagnes_avec_chiffres())})


@require_GET
@acces_application(APPLICATION, profils={AGENT})
def campagne(request: HttpRequest, acces: Acces, annee: int) -> HttpResponse:
    trouvee = get_object_or_404(Campagne, annee=annee)
    contexte = {
        "campagne": trouvee,
        "pieces": list(trouvee.pieces.all()),
        "prolongations": list(trouvee.prolongations.select_related("structure", "accordee_par")),
        "publications": list(permissions.publications_lisibles(acces).filter(campagne=trouvee)),
    }
    return rendre(request, acces, "campagne", contexte)


@lire_ou_ecrire
@acces_application(APPLICATION, profils={AGENT})
def nouvelle(request: HttpRequest, acces: Acces) -> HttpResponse:
    form = CampagneForm(request.POST or None, retour=reverse("depot:campagnes"))
    if form.is_valid():
        try:
            ouverte = services.ouvrir_campagne(
                annee=form.cleaned_data["annee"],
                calendrier=form.calendrier(),
                consignes=form.cleaned_data["consignes"],
                attentes=form.attentes(),
                acteur=personne(request),
            )
        except DepotImpossible as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(request, f"La campagne {ouverte.annee} est créée. Publiez maintenant ses modèles.")
            return redirect("depot:campagne", ouverte.annee)
    return _formulaire(request, acces, form, "Nouvelle campagne")


@lire_ou_ecrire
@acces_application(APPLICATION, profils={AGENT})
def modifier(request: HttpRequest, acces: Acces, annee: int) -> HttpResponse:
    trouvee = get_object_or_404(Campagne, annee=annee)
    actuels = {nom: getattr(trouvee, nom) for nom in ("ouverte_le", "echeance_le", "retard_jusqu_au", "consignes")}
    form = CampagneForm(request.POST or None, initial=actuels, campagne=trouvee, retour=_page(trouvee))
    if form.is_valid():
        try:
            services.modifier_campagne(
                campagne=trouvee,
                calendrier=form.calendrier(),
                consignes=form.cleaned_data["consignes"],
                attentes=form.attentes(),
                acteur=personne(request),
            )
        except DepotImpossible as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(request, f"La campagne {annee} est modifiée.")
            return redirect("depot:campagne", annee)
    return _formulaire(request, acces, form, f"Modifier la campagne {annee}", trouvee)


@lire_ou_ecrire
@acces_application(APPLICATION, profils={AGENT})
def clore(request: HttpRequest, acces: Acces, annee: int) -> HttpResponse:
    trouvee = get_object_or_404(Campagne, annee=annee)
    if request.method == "GET":
        return rendre(request, acces, "clore_campagne", {"campagne": trouvee})
    try:
        services.clore_campagne(campagne=trouvee, acteur=personne(request))
        messages.success(request, f"La campagne {annee} est close. Vous pouvez la rouvrir.")
    except DepotImpossible as refus:
        messages.error(request, str(refus))
    return redirect("depot:campagne", annee)


@lire_ou_ecrire
@acces_application(APPLICATION, profils={AGENT})
def rouvrir(request: HttpRequest, acces: Acces, annee: int) -> HttpResponse:
    trouvee = get_object_or_404(Campagne, annee=annee)
    form = ReouvertureForm(request.POST or None, retour=_page(trouvee))
    if form.is_valid():
        try:
            services.rouvrir_campagne(campagne=trouvee, acteur=personne(request), **form.cleaned_data)
        except DepotImpossible as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(request, f"La campagne {annee} est rouverte.")
            return redirect("depot:campagne", annee)
    return _formulaire(request, acces, form, f"Rouvrir la campagne {annee}", trouvee)


@lire_ou_ecrire
@acces_application(APPLICATION, profils={AGENT})
def prolonger(request: HttpRequest, acces: Acces, annee: int) -> HttpResponse:
    trouvee = get_object_or_404(Campagne, annee=annee)
    form = ProlongationForm(
        request.POST or None, initial={"numero": request.GET.get("structure")}, retour=_page(trouvee)
    )
    if form.is_valid():
        try:
            accordee = services.prolonger(
                campagne=trouvee,
                structure=form.cleaned_data["numero"],
                jusqu_au=form.cleaned_data["jusqu_au"],
                motif=form.cleaned_data["motif"],
                acteur=personne(request),
            )
        except DepotImpossible as refus:
            form.add_error(None, str(refus))
        else:
            messages.success(
                request,
                f"{accordee.structure.nom} peut déposer jusqu'au {accordee.jusqu_au:%d/%m/%Y}. "
                "Les personnes qui y déposent en sont prévenues par courriel.",
            )
            return redirect("depot:campagne", annee)
    return _formulaire(request, acces, form, "Accorder un délai", trouvee)


@require_POST
@acces_application(APPLICATION, profils={AGENT})
def retirer_prolongation(request: HttpRequest, acces: Acces, numero: int) -> HttpResponse:
    prolongation = get_object_or_404(Prolongation.objects.select_related("campagne", "structure"), pk=numero)
    services.retirer_prolongation(prolongation=prolongation, acteur=personne(request))
    messages.success(request, f"Le délai de {prolongation.structure.nom} est retiré.")
    return redirect("depot:campagne", prolongation.campagne.annee)


def _page(trouvee: Campagne) -> str:
    return reverse("depot:campagne", args=[trouvee.annee])


def _formulaire(
    request: HttpRequest, acces: Acces, form: forms.Form, titre: str, trouvee: Campagne | None = None
) -> HttpResponse:
    contexte = {"form": form, "titre": titre, "campagne": trouvee}
    return rendre(request, acces, "formulaire_agent", contexte, statut=INVALIDE if form.is_bound else 200)
