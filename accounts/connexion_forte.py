"""Ce que la session retient des preuves données : mot de passe en attente de facteur, force, mot de passe donné.

Une personne dont le mot de passe est bon mais qui doit encore son second facteur n'est pas connectée : la session sait
seulement qui elle attend. La connexion devient forte quand un facteur est prouvé, et le reste tant que la personne
garde ce facteur et que la preuve n'a pas trop vieilli.
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, get_random_string

from accounts import services
from accounts.models import Utilisateur
from accounts.queries import facteurs, moyen_tenu
from accounts.sessions import numero

ATTENTE = "facteur_attendu"
FORCE = "connexion_forte"
DONNE = "mot_de_passe_donne_le"
SCEAU = "sceau"
CODE_ENVOYE = "code_envoye"
DUREE_ATTENTE = 10 * 60
PORTE_DU_MOT_DE_PASSE = "accounts.backends.IdentifiantOuCourriel"

Vue = Callable[..., HttpResponseBase]


def attendre_le_facteur(request: HttpRequest, personne: Utilisateur) -> None:
    """Retient qui a donné le bon mot de passe, sans la connecter."""
    request.session.cycle_key()
    request.session[ATTENTE] = {
        "personne": personne.pk,
        "empreinte": personne.get_session_auth_hash(),
        "le": _maintenant(),
    }


def personne_attendue(request: HttpRequest) -> Utilisateur | None:
    """La personne dont on attend le facteur ; personne si elle a tardé, changé de mot de passe ou été désactivée."""
    attente = request.session.get(ATTENTE)
    if not attente or _maintenant() - attente["le"] > DUREE_ATTENTE:
        return None
    personne = Utilisateur.objects.filter(pk=attente["personne"]).first()
    if personne is None or not personne.is_active:
        return None
    return personne if constant_time_compare(attente["empreinte"], personne.get_session_auth_hash()) else None


def personne_a_verifier(request: HttpRequest) -> Utilisateur | None:
    """Qui doit prouver un facteur : la personne connectée, ou celle qu'on attend depuis son mot de passe."""
    return request.user if isinstance(request.user, Utilisateur) else personne_attendue(request)


def renforcer(request: HttpRequest, personne: Utilisateur, moyen: str) -> None:
    """Connecte la personne si elle ne l'est pas, change la clé de session et note la preuve."""
    if isinstance(request.user, Utilisateur):
        request.session.cycle_key()
    else:
        donne_le = request.session[ATTENTE]["le"]
        login(request, personne, backend=PORTE_DU_MOT_DE_PASSE)
        request.session[DONNE] = donne_le
    for cle in (ATTENTE, SCEAU, CODE_ENVOYE):
        request.session.pop(cle, None)
    request.session[FORCE] = {"moyen": moyen, "le": _maintenant()}
    services.noter_session_verifiee(acteur=personne, session=numero(request))


def reporter_la_force(request: HttpRequest, personne: Utilisateur) -> None:
    """La personne a retiré elle-même un facteur : sa connexion reste forte, appuyée sur l'un de ceux qui restent."""
    restants = facteurs(personne)
    if restants and FORCE in request.session:
        request.session[FORCE] = request.session[FORCE] | {"moyen": restants[0].reference}


def est_forte(request: HttpRequest) -> bool:
    """Jamais pour qui regarde comme une autre personne : la preuve est celle du support, non la sienne."""
    if getattr(request, "regard", None):
        return False
    force = request.session.get(FORCE)
    if not force or _maintenant() - force["le"] > settings.DUREE_CONNEXION_FORTE:
        return False
    return isinstance(request.user, Utilisateur) and moyen_tenu(request.user, force["moyen"])


def vers_la_verification(suite: str) -> HttpResponseRedirect:
    return HttpResponseRedirect(f"{reverse('accounts:verification')}?{urlencode({'next': suite})}")


def sceau(request: HttpRequest) -> str:
    """Secret de la session auquel sont liés les codes qu'elle demande."""
    valeur: str = request.session.setdefault(SCEAU, get_random_string(32))
    return valeur


def noter_l_envoi(request: HttpRequest, moyen: str) -> None:
    request.session[CODE_ENVOYE] = moyen


def code_envoye(request: HttpRequest, moyen: str) -> bool:
    """Un code est-il parti par ce moyen, dans cette session ? La page demande alors le code, sinon elle l'offre."""
    return bool(request.session.get(CODE_ENVOYE) == moyen)


def noter_mot_de_passe_donne(request: HttpRequest) -> None:
    request.session[DONNE] = _maintenant()


def preuve_recente(vue: Vue) -> Vue:
    """Réserve une page à qui vient de donner son mot de passe et, si elle en a un, un second facteur."""

    @wraps(vue)
    def gardee(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if getattr(request, "regard", None):
            refus = "Ce geste engage le compte : il n'est ouvert qu'à la personne elle-même."
            return render(request, "accounts/regard_refuse.html", {"refus": refus}, status=403)
        suite = _page_gardee(request)
        if isinstance(request.user, Utilisateur) and facteurs(request.user) and not est_forte(request):
            return vers_la_verification(suite)
        # Un formulaire ouvert à temps peut s'envoyer un peu plus tard : ce qu'il porte ne se perd pas.
        delai = settings.DUREE_PREUVE_RECENTE * (2 if request.method == "POST" else 1)
        if _maintenant() - request.session.get(DONNE, 0) > delai:
            return HttpResponseRedirect(f"{reverse('accounts:redonner_mot_de_passe')}?{urlencode({'next': suite})}")
        return vue(request, *args, **kwargs)

    return gardee


def _page_gardee(request: HttpRequest) -> str:
    """Où revenir ensuite ; dans « Sécurité », plus d'une adresse ne s'ouvre que par l'envoi d'un formulaire."""
    if request.method == "GET":
        return request.get_full_path()
    securite = reverse("accounts:securite")
    return securite if request.path.startswith(securite) else request.path


def _maintenant() -> int:
    return int(time.time())
