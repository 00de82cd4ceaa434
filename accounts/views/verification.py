"""« Vérification en deux étapes » : à la connexion, puis là où une application demande une connexion forte."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import services
from accounts.connexion_forte import code_envoye, est_forte, noter_l_envoi, personne_a_verifier, renforcer, sceau
from accounts.enums import GenreFacteur
from accounts.erreurs import CodeRefuse, EnvoiRefuse
from accounts.forms import CodeForm
from accounts.limites import Porte
from accounts.models import FacteurMessage, Utilisateur
from accounts.queries import Facteur, codes_de_secours_restants, moyens_de_verification
from accounts.views.commun import avec_suite, lire_ou_ecrire, refus_au_formulaire, suite_demandee
from accounts.views.connexion import destination


@login_not_required
@lire_ou_ecrire
@never_cache
@sensitive_post_parameters("code")
def verification(request: HttpRequest) -> HttpResponse:
    personne = personne_a_verifier(request)
    if personne is None:
        return redirect_to_login(destination(request))
    if est_forte(request):
        return HttpResponseRedirect(destination(request))
    moyens = moyens_de_verification(personne)
    if not moyens:
        # Rien à vérifier encore : la personne ajoute un facteur, puis va où elle allait.
        return avec_suite(request, "accounts:ajouter_facteur")
    choisi = _choisi(moyens, request.GET.get("facteur", ""))
    form = CodeForm(request.POST or None, genre=choisi.genre)
    with refus_au_formulaire(form) as refus:
        a_essayer = request.method == "POST" and choisi.genre != GenreFacteur.CLE
        if a_essayer and code_accepte(request, personne, choisi, form, services.verifier_facteur):
            return entrer(request, personne, choisi)
    return refus.marquer(_page(request, form, choisi, moyens))


def _page(request: HttpRequest, form: CodeForm, choisi: Facteur, moyens: list[Facteur]) -> HttpResponse:
    contexte = {
        "form": form,
        "facteur": choisi,
        "autres": [moyen for moyen in moyens if moyen != choisi],
        "suite": suite_demandee(request),
        "a_envoyer": isinstance(choisi.objet, FacteurMessage),
        "envoye": code_envoye(request, choisi.reference),
    }
    return render(request, "accounts/verification.html", contexte)


def code_accepte(
    request: HttpRequest, personne: Utilisateur, facteur: Facteur, form: CodeForm, essai: Callable[..., None]
) -> bool:
    """Essaie le code par le service `essai`, ou dit au formulaire pourquoi il est refusé. Lève `LimiteAtteinte`."""
    if not form.is_valid():
        return False
    services.compter_tentative(acteur=personne, porte=Porte.FACTEUR, sujet=personne)
    try:
        essai(acteur=personne, facteur=facteur, code=form.cleaned_data["code"], sceau=sceau(request))
    except CodeRefuse as refus:
        form.add_error("code", str(refus))
        return False
    services.effacer_tentative(porte=Porte.FACTEUR, sujet=personne)
    return True


@login_not_required
@require_POST
def envoyer(request: HttpRequest) -> HttpResponse:
    """Envoie un code au canal choisi, puis revient à la page qui l'attend."""
    personne = personne_a_verifier(request)
    if personne is None:
        return redirect_to_login(destination(request))
    choisi = _choisi(moyens_de_verification(personne), request.POST.get("facteur", ""))
    if isinstance(choisi.objet, FacteurMessage):
        annoncer_l_envoi(request, personne, choisi)
    reponse = avec_suite(request, "accounts:verification")
    reponse["Location"] += f"{'&' if '?' in reponse['Location'] else '?'}facteur={choisi.reference}"
    return reponse


def annoncer_l_envoi(request: HttpRequest, personne: Utilisateur, facteur: Facteur) -> None:
    if not isinstance(facteur.objet, FacteurMessage):
        return
    try:
        services.envoyer_code(acteur=personne, facteur=facteur.objet, sceau=sceau(request))
        noter_l_envoi(request, facteur.reference)
    except EnvoiRefuse as refus:
        messages.error(request, str(refus))
    else:
        messages.success(request, f"Un code vient de partir à {facteur.destination}. Il est valable 10 minutes.")


def entrer(request: HttpRequest, personne: Utilisateur, facteur: Facteur) -> HttpResponse:
    """La preuve donnée : la session s'ouvre ou se renforce, et la personne va où elle allait."""
    if not request.user.is_authenticated:
        services.consigner_connexion(acteur=personne)
    renforcer(request, personne, facteur.reference)
    if facteur.genre == GenreFacteur.SECOURS:
        reste = codes_de_secours_restants(personne)
        messages.warning(
            request,
            f"Ce code de secours ne servira plus ; il vous en reste {reste}. Si vous avez perdu votre moyen habituel, "
            "retirez-le dans « Mon compte », à l'onglet « Sécurité », et ajoutez-en un autre.",
        )
    return redirect(destination(request))


def _choisi(moyens: list[Facteur], reference: str) -> Facteur:
    return next((moyen for moyen in moyens if moyen.reference == reference), moyens[0])
