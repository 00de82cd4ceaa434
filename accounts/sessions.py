"""La session du côté du navigateur : l'appareil en mots, et le lien entre le témoin et sa `SessionOuverte`."""

import re
import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from accounts import services
from accounts.models import SessionOuverte, Utilisateur, precision_de_l_activite

# Le numéro reste dans la session quand sa clé change (mot de passe changé, second facteur donné).
CLE_SESSION = "session_ouverte"

# Dans cet ordre : Edge et Opera se disent aussi Chrome, et Chrome se dit aussi Safari.
NAVIGATEURS = {
    r"Edg(?:A|iOS)?/": "Edge",
    r"OPR/": "Opera",
    r"SamsungBrowser/": "Samsung Internet",
    r"Firefox/|FxiOS/": "Firefox",
    r"Chrome/|CriOS/|Chromium/": "Chrome",
    r"Safari/": "Safari",
}
SYSTEMES = {
    r"iPhone": "iPhone",
    r"iPad": "iPad",
    r"Android": "Android",
    r"Windows": "Windows",
    r"CrOS": "ChromeOS",
    r"Macintosh|Mac OS X": "Mac",
    r"Linux": "Linux",
}


def appareil(agent: str) -> str:
    """« Firefox sur Windows », d'après ce que le navigateur dit de lui-même."""
    navigateur = _premier(NAVIGATEURS, agent) or "Navigateur inconnu"
    systeme = _premier(SYSTEMES, agent)
    return f"{navigateur} sur {systeme}" if systeme else navigateur


def _premier(motifs: dict[str, str], agent: str) -> str:
    return next((nom for motif, nom in motifs.items() if re.search(motif, agent)), "")


def ouvrir(sender: Any, request: HttpRequest, user: Utilisateur, **kwargs: Any) -> None:
    """Récepteur de `user_logged_in` : quelle que soit la voie d'entrée, la session a sa ligne."""
    session = services.ouvrir_session(acteur=user, appareil=appareil(request.META.get("HTTP_USER_AGENT", "")))
    request.session[CLE_SESSION] = session.pk


def numero(request: HttpRequest) -> int:
    """Numéro de la session d'où vient la requête ; 0 si elle n'en a pas."""
    pk: int = request.session.get(CLE_SESSION, 0)
    return pk


def courante(request: HttpRequest) -> SessionOuverte | None:
    pk = numero(request)
    return SessionOuverte.objects.filter(pk=pk).first() if pk else None


def echeances(session: SessionOuverte) -> dict[str, int]:
    """Secondes avant que cette session, active à l'instant, ne se ferme ; static/accounts/session.js s'en sert."""
    fin = session.ouverte_le.timestamp() + settings.SESSION_DUREE_MAX
    return {
        "inactivite": settings.SESSION_INACTIVITE,
        "duree": max(0, int(fin - time.time())),
        "marge": int(precision_de_l_activite().total_seconds()) + 2,
    }
