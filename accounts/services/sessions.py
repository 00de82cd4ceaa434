"""Ouvrir, tenir et fermer les sessions ; le témoin du navigateur ne vaut que tant que sa ligne ici est ouverte."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.enums import FinDeSession
from accounts.models import SessionOuverte, Utilisateur
from accounts.queries import sessions_ouvertes
from journal.contexte import adresse_courante
from journal.services import consigner


def ouvrir_session(*, acteur: Utilisateur, appareil: str) -> SessionOuverte:
    return SessionOuverte.objects.create(personne=acteur, appareil=appareil, adresse=adresse_courante())


def tenir_session(*, acteur: Utilisateur, session: SessionOuverte | None) -> FinDeSession | None:
    """Note l'activité d'une session, ou la ferme si son temps est passé ; rend pourquoi elle est fermée, sinon None."""
    if session is None or session.personne_id != acteur.pk:
        return FinDeSession.DECONNEXION
    if session.fermee_le:
        return FinDeSession(session.fin)
    maintenant = timezone.now()
    if fin := _fin_atteinte(session, maintenant):
        _fermer(session.pk, fin=fin)
        return fin
    if maintenant - session.vue_le >= precision():
        SessionOuverte.objects.filter(pk=session.pk, fermee_le=None).update(vue_le=maintenant)
    return None


def _fin_atteinte(session: SessionOuverte, maintenant: datetime) -> FinDeSession | None:
    if maintenant >= session.ouverte_le + timedelta(seconds=settings.SESSION_DUREE_MAX):
        return FinDeSession.DUREE
    # L'activité n'étant notée qu'à `precision()` près, personne n'est fermé avant son temps.
    if maintenant >= session.vue_le + timedelta(seconds=settings.SESSION_INACTIVITE) + precision():
        return FinDeSession.INACTIVITE
    return None


def precision() -> timedelta:
    """Une minute, pour ne pas écrire à chaque clic ; moins si la limite est courte."""
    return timedelta(seconds=min(60, settings.SESSION_INACTIVITE / 30))


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
    return sessions_ouvertes(personne).exclude(pk=sauf).update(fermee_le=timezone.now(), fin=fin)


def _fermer(session: int, *, fin: FinDeSession) -> bool:
    ouvertes = SessionOuverte.objects.filter(pk=session, fermee_le=None)
    return bool(ouvertes.update(fermee_le=timezone.now(), fin=fin))
