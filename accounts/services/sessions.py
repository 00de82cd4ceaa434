"""Ouvrir, tenir et fermer les sessions ; le témoin du navigateur ne vaut que tant que sa ligne ici est ouverte."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.sessions.backends.db import SessionStore
from django.db import transaction
from django.utils import timezone

from accounts import compteurs
from accounts.enums import FinDeSession
from accounts.models import CodeEphemere, SessionOuverte, Utilisateur, precision_de_l_activite
from accounts.services.codes import FENETRE
from journal.contexte import adresse_courante
from journal.services import consigner

# Assez pour reconnaître les adresses d'où une personne se connecte d'habitude.
CONSERVATION = timedelta(days=90)


def ouvrir_session(*, acteur: Utilisateur, appareil: str) -> SessionOuverte:
    return SessionOuverte.objects.create(personne=acteur, appareil=appareil, adresse=adresse_courante())


def noter_session_verifiee(*, acteur: Utilisateur, session: int) -> None:
    """Un second facteur vient d'être prouvé dans cette session : son adresse devient habituelle."""
    acteur.sessions.filter(pk=session).update(verifiee_le=timezone.now())


def tenir_session(*, acteur: Utilisateur | None, session: SessionOuverte | None) -> FinDeSession | None:
    """Note l'activité d'une session, ou la ferme si son temps est passé ; rend pourquoi elle est fermée, sinon None.

    `acteur` vaut None quand le témoin n'ouvre plus le compte : désactivé, fermé, ou au mot de passe changé.
    """
    if acteur is None and session is None:
        return None
    if session and session.fermee_le:
        return FinDeSession(session.fin)
    if acteur is None or session is None or session.personne_id != acteur.pk:
        return FinDeSession.DECONNEXION
    maintenant = timezone.now()
    if fin := _fin_atteinte(session, maintenant):
        _fermer(session.pk, fin=fin)
        return fin
    if maintenant - session.vue_le >= precision_de_l_activite():
        SessionOuverte.objects.filter(pk=session.pk, fermee_le=None).update(vue_le=maintenant)
    return None


def _fin_atteinte(session: SessionOuverte, maintenant: datetime) -> FinDeSession | None:
    if maintenant >= session.ouverte_le + timedelta(seconds=settings.SESSION_DUREE_MAX):
        return FinDeSession.DUREE
    # L'activité n'étant notée qu'à cela près, personne n'est fermé avant son temps.
    if maintenant >= session.vue_le + timedelta(seconds=settings.SESSION_INACTIVITE) + precision_de_l_activite():
        return FinDeSession.INACTIVITE
    return None


def quitter_session(*, acteur: Utilisateur, session: int) -> None:
    """Ferme la session d'où la personne se déconnecte."""
    with transaction.atomic():
        _fermer(session, fin=FinDeSession.DECONNEXION)
        consigner(acteur=acteur, action="deconnexion", objet=acteur)


def fermer_session(*, acteur: Utilisateur, session: SessionOuverte) -> bool:
    """Ferme à distance une session de la personne ; faux si elle l'était déjà."""
    with transaction.atomic():
        fermee = _fermer(session.pk, fin=FinDeSession.AUTRE_APPAREIL)
        if fermee:
            consigner(acteur=acteur, action="session.fermee", objet=session)
    return fermee


def fermer_autres_sessions(*, acteur: Utilisateur, sauf: int) -> int:
    """Ferme toutes les sessions de la personne sauf celle d'où elle agit ; rend leur nombre."""
    with transaction.atomic():
        nombre = fermer_les_sessions(acteur, FinDeSession.AUTRE_APPAREIL, sauf=sauf)
        if nombre:
            consigner(acteur=acteur, action="sessions.fermees", objet=acteur, apres={"nombre": nombre})
    return nombre


def fermer_les_sessions(personne: Utilisateur, fin: FinDeSession, *, sauf: int = 0) -> int:
    """Dans la transaction de ce qui le motive : désactivation, changement de mot de passe."""
    return personne.sessions.filter(fermee_le=None).exclude(pk=sauf).update(fermee_le=timezone.now(), fin=fin)


def _fermer(session: int, *, fin: FinDeSession) -> bool:
    ouvertes = SessionOuverte.objects.filter(pk=session, fermee_le=None)
    return bool(ouvertes.update(fermee_le=timezone.now(), fin=fin))


def purger() -> dict[str, int]:
    """Ôte ce dont le temps est passé : témoins expirés, sessions de plus de trois mois, codes, compteurs."""
    SessionStore.clear_expired()
    anciennes = SessionOuverte.objects.filter(vue_le__lt=timezone.now() - CONSERVATION)
    codes = CodeEphemere.objects.filter(cree_le__lt=timezone.now() - FENETRE)
    return {"sessions": anciennes.delete()[0], "codes": codes.delete()[0], "compteurs": compteurs.purger()}
