"""La garde des applications : aucune vue d'une application ne s'ouvre sans droit en vigueur."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.functional import cached_property

from accounts.connexion_forte import est_forte, vers_la_verification
from accounts.models import Utilisateur
from habilitations.models import Application
from habilitations.queries import ProfilTenu, absence, profils_tenus, structures_tenues
from structures.models import Structure

P = ParamSpec("P")
VueDApplication = Callable[Concatenate[Any, "Acces", P], HttpResponseBase]
Vue = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Acces:
    """Ce que la personne tient dans une application au moment de sa requête."""

    personne: Utilisateur
    tenus: Sequence[ProfilTenu]

    @cached_property
    def profils(self) -> frozenset[str]:
        return frozenset(profil.code for profil in self.tenus)

    @cached_property
    def structures(self) -> QuerySet[Structure]:
        return structures_tenues(self.personne, [profil.numero for profil in self.tenus])


def acces_application(code: str, *, profils: set[str] | None = None) -> Callable[[VueDApplication[P]], Vue]:
    """Réserve une vue à qui tient un droit sur l'application `code`, sous l'un des `profils` s'ils sont dits.

    La vue reçoit un `Acces` après la requête ; toutes ses lectures partent de `acces.structures`. Le droit est relu à
    chaque requête : une révocation vaut dès le clic suivant. Si l'application ou le profil demande une connexion forte,
    une session qui ne l'est pas passe d'abord par la vérification en deux étapes.
    """

    def garder(vue: VueDApplication[P]) -> Vue:
        @wraps(vue)
        def gardee(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if not isinstance(request.user, Utilisateur):
                return redirect_to_login(request.get_full_path())
            tenus = profils_tenus(request.user, code)
            admis = [profil for profil in tenus if profils is None or profil.code in profils]
            if not admis:
                return _refus(request, request.user, code, autre_profil=bool(tenus))
            if _exige_une_connexion_forte(admis) and not est_forte(request):
                # Une réponse à un formulaire ne se rejoue pas : la personne revient à l'entrée de l'application.
                suite = request.get_full_path() if request.method == "GET" else admis[0].adresse
                return vers_la_verification(suite)
            return vue(request, Acces(request.user, admis), *args, **kwargs)

        gardee.application_gardee = code  # type: ignore[attr-defined]
        return gardee

    return garder


def est_ouverte(request: HttpRequest, personne: Utilisateur, code: str) -> bool:
    """L'application s'ouvrirait-elle à la personne, là, sans autre vérification ?"""
    tenus = profils_tenus(personne, code)
    return bool(tenus) and (est_forte(request) or not _exige_une_connexion_forte(tenus))


def _exige_une_connexion_forte(profils: Collection[ProfilTenu]) -> bool:
    """Un seul des profils suffit à l'exiger : la vue les ouvre tous à la fois."""
    return any(profil.exige_une_connexion_forte for profil in profils)


def _refus(request: HttpRequest, personne: Utilisateur, code: str, *, autre_profil: bool) -> HttpResponse:
    contexte = {
        "application": Application.objects.filter(code=code).first(),
        "autre_profil": autre_profil,
        "absence": absence(personne, code),
    }
    return render(request, "habilitations/acces_refuse.html", contexte, status=403)
