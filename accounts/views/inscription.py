"""Créer son compte."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET

from accounts import services
from accounts.enums import ETAPES_CREATION
from accounts.forms import InscriptionForm
from accounts.jetons import Usage
from accounts.limites import Porte
from accounts.models import Utilisateur
from accounts.views.commun import CLE_COURRIEL, CLE_POSTULANT, envoye, lire_ou_ecrire, refus_au_formulaire
from structures.queries import rechercher


@login_not_required
@lire_ou_ecrire
@never_cache
@sensitive_post_parameters("mot_de_passe")
def inscription(request: HttpRequest) -> HttpResponse:
    return _inscrire(request, avec_demande=False)


@login_not_required
@lire_ou_ecrire
@never_cache
@sensitive_post_parameters("mot_de_passe")
def inscription_et_demande(request: HttpRequest) -> HttpResponse:
    """Première étape de la « Demande de création de compte »."""
    return _inscrire(request, avec_demande=True)


def _inscrire(request: HttpRequest, *, avec_demande: bool) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("accueil")
    form = InscriptionForm(request.POST or None, avec_demande=avec_demande)
    with refus_au_formulaire(form) as refus:
        if request.method == "POST" and form.is_valid():
            courriel = form.cleaned_data["courriel"]
            services.compter_tentative(acteur=request.user, porte=Porte.INSCRIPTION, sujet=courriel)
            creee = services.inscrire(
                acteur=request.user,
                identite=form.identite(),
                courriel=courriel,
                mot_de_passe=form.cleaned_data["mot_de_passe"],
            )
            request.session[CLE_COURRIEL] = courriel
            if not avec_demande:
                return redirect("accounts:inscription_envoyee")
            _poursuivre(request, form, creee)
            return redirect(settings.SUITE_DE_L_INSCRIPTION)
    contexte = {"form": form, "avec_demande": avec_demande, "etapes": ETAPES_CREATION, "etape": 1}
    return refus.marquer(render(request, "accounts/inscription.html", contexte))


def _poursuivre(request: HttpRequest, form: InscriptionForm, creee: Utilisateur | None) -> None:
    """Lie la suite de la demande à cette session, sans l'ouvrir ; adresse connue ou non, tout y paraît pareil."""
    request.session.cycle_key()
    request.session[CLE_POSTULANT] = {
        "personne": creee.pk if creee else None,
        "prenom": form.cleaned_data["prenom"],
        "nom": form.cleaned_data["nom"],
        "courriel": form.cleaned_data["courriel"],
        "demande": None,
    }
    messages.success(
        request,
        f"Un courriel vient de partir à {form.cleaned_data['courriel']} : vous y confirmerez votre adresse. "
        "Continuez votre demande, elle partira dès cette confirmation.",
    )


@login_not_required
@require_GET
def proposer_structures(request: HttpRequest) -> HttpResponse:
    """Options d'une liste de suggestions, pour htmx."""
    texte = request.GET.get("structure", "").strip()
    trouvees = rechercher(texte, limite=10) if len(texte) > 2 else []  # noqa: PLR2004 -- trois lettres au moins
    return render(request, "accounts/structures_proposees.html", {"structures": trouvees})


@login_not_required
@require_GET
def inscription_envoyee(request: HttpRequest) -> HttpResponse:
    return envoye(request, "accounts/inscription_envoyee.html", Usage.CONFIRMATION)
