"""Redemander le mot de passe avant un geste qui engage le compte."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponseBase, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse

from accounts.views.commun import Requete

P = ParamSpec("P")
Vue = Callable[Concatenate[Requete, P], HttpResponseBase]
Gardee = Callable[..., HttpResponseBase]
CLE = "mot_de_passe_verifie"


def exiger_mot_de_passe(vue: Vue[P]) -> Gardee:
    """Mène à la vérification si le mot de passe n'a pas été donné de nouveau il y a peu, puis revient à la page.

    Un formulaire ouvert à temps peut s'envoyer un peu plus tard : ce qu'il porte ne se perd pas. Se connecter ne
    compte pas, une session laissée ouverte non plus.
    """

    @wraps(vue)
    def gardee(request: Requete, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if getattr(request, "regard", None):
            refus = "Ce geste engage le compte : il n'est ouvert qu'à la personne elle-même."
            return render(request, "accounts/regard_refuse.html", {"refus": refus}, status=403)
        delai = settings.DUREE_VERIFICATION * (2 if request.method == "POST" else 1)
        if _age(request) < delai:
            return vue(request, *args, **kwargs)
        suite = request.get_full_path() if request.method != "POST" else request.path
        return HttpResponseRedirect(f"{reverse('accounts:verifier_mot_de_passe')}?{urlencode({'next': suite})}")

    return gardee


def retenir(request: Requete) -> None:
    """La personne vient de prouver qui elle est ; un second facteur pourra le faire aussi."""
    request.session[CLE] = [request.user.pk, int(time.time())]


def _age(request: Requete) -> float:
    """Secondes depuis la dernière vérification, pour cette personne et dans cette session."""
    personne, instant = request.session.get(CLE, [None, 0])
    return time.time() - instant if personne == request.user.pk else float("inf")
