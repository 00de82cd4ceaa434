"""Écrire un courriel dans la boîte d'envoi, puis le livrer."""

import logging
from datetime import timedelta
from email.utils import formatdate
from functools import partial
from smtplib import SMTPException
from threading import Thread, Timer
from typing import Any
from urllib.parse import urlsplit

import css_inline
from celery import current_app
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection, transaction
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone
from kombu.exceptions import OperationalError

from courriels.enums import BAIL, DELAIS_ENTRE_ESSAIS, EtatCourriel
from courriels.models import Courriel
from courriels.paragraphes import paragraphes
from journal.services import Acteur, consigner

logger = logging.getLogger(__name__)


class TransactionAbsente(RuntimeError):
    """Un courriel s'écrit dans la transaction de ce qui le motive, pour partir si et seulement si elle aboutit."""


def composer(*, modele: str, contexte: dict[str, Any]) -> tuple[str, str]:
    """L'objet et le texte d'un courriel, tels qu'`ecrire` les enverrait : de quoi le montrer avant qu'il parte."""
    sujet, _, texte = _texte(f"{modele}.txt", _en_commun() | contexte).partition("\n")
    return " ".join(sujet.split())[:200], texte.strip() + "\n"


def ecrire(*, destinataire: str, modele: str, contexte: dict[str, Any], retenue: timedelta = timedelta(0)) -> Courriel:
    """Met un courriel dans la boîte d'envoi ; il y est retenu, et peut être repris, pendant `retenue`.

    `modele` nomme un gabarit texte, « accounts/courriels/confirmation » pour
    `templates/accounts/courriels/confirmation.txt` : l'objet sur la première ligne, une ligne vide, les paragraphes.
    Le HTML est fait du même texte.

    Lève `TransactionAbsente` hors d'une transaction.
    """
    if not connection.in_atomic_block:
        raise TransactionAbsente(modele)
    sujet, texte = composer(modele=modele, contexte=contexte)
    html = render_to_string(
        "courriels/base.html",
        _en_commun() | {"sujet": sujet, "paragraphes": paragraphes(texte), "couleur": settings.ORGANISATION_COULEUR},
    )
    courriel = Courriel.objects.create(
        destinataire=destinataire,
        modele=modele,
        sujet=sujet,
        texte=texte,
        html=css_inline.inline(html),
        prochain_essai_le=timezone.now() + retenue,
    )
    if retenue:
        transaction.on_commit(partial(reveiller_dans, retenue), robust=True)
    else:
        _reveiller_une_fois()
    return courriel


def reprendre(*, courriel: Courriel) -> bool:
    """Annule, dans la transaction de l'appelant, un courriel encore retenu ; faux s'il est parti ou va partir."""
    return bool(Courriel.objects.retenus(timezone.now()).filter(pk=courriel.pk).update(etat=EtatCourriel.ANNULE))


def _en_commun() -> dict[str, str]:
    return {
        "site": settings.SITE_URL,
        "organisation": settings.ORGANISATION_NOM,
        "courriel_support": settings.COURRIEL_SUPPORT,
    }


def _texte(gabarit: str, contexte: dict[str, Any]) -> str:
    """Rendu sans échappement : le texte brut d'un courriel n'est pas du HTML."""
    rendu: str = get_template(gabarit).template.render(Context(contexte, autoescape=False))  # type: ignore[attr-defined]
    return rendu.strip()


def _reveiller_une_fois() -> None:
    """Un réveil par transaction, quel que soit le nombre de courriels ; s'il échoue, ce qui est écrit le reste."""
    if not any(reveiller in inscrit for inscrit in connection.run_on_commit):
        transaction.on_commit(reveiller, robust=True)


def reveiller_dans(delai: timedelta) -> None:
    """Un réveil à l'heure où un courriel retenu peut partir ; perdu, la tournée suivante le ramasse."""
    minuterie = Timer(delai.total_seconds(), _reveiller_a_l_heure)
    minuterie.daemon = True
    minuterie.start()


def _reveiller_a_l_heure() -> None:
    try:
        reveiller()
    finally:
        connection.close()


def reveiller() -> None:
    """Demande une livraison : à un ouvrier, ou ici même quand le portail n'a pas de courtier."""
    if settings.CELERY_BROKER_URL:
        # À côté : un courtier suspendu fait attendre ses essais sept secondes, la page n'a pas à les attendre.
        Thread(target=appeler_un_ouvrier, daemon=True).start()
    else:
        livrer_les_courriels()


def appeler_un_ouvrier() -> None:
    """Un courtier injoignable ne retient rien : l'horloge de Celery ramasse ce qui reste."""
    try:
        current_app.send_task("courriels.livrer", retry=False)
    except (OperationalError, OSError) as erreur:
        logger.warning("Courtier injoignable, les courriels partiront à la prochaine tournée : %s", erreur)


def livrer_les_courriels() -> int:
    """Envoie tout ce dont l'heure est venue, un courriel et une transaction à la fois ; rend le nombre d'envois.

    Plusieurs ouvriers peuvent livrer en même temps. Tué entre l'envoi et son enregistrement, un ouvrier laisse un bail
    qui expire : le courriel repart alors avec le même Message-ID.
    """
    envoyes = 0
    messagerie: BaseEmailBackend = get_connection()
    try:
        while courriel := _prendre():
            envoyes += _envoyer(courriel, messagerie)
    finally:
        messagerie.close()
    return envoyes


def _prendre() -> Courriel | None:
    """Le plus ancien courriel libre, pris sous bail."""
    maintenant = timezone.now()
    libres = Courriel.objects.a_envoyer(maintenant)
    while courriel := libres.order_by("prochain_essai_le", "pk").first():
        if libres.filter(pk=courriel.pk).update(bail_jusqu_au=maintenant + BAIL):
            return courriel
    return None


def _envoyer(courriel: Courriel, messagerie: BaseEmailBackend) -> bool:
    message = EmailMultiAlternatives(
        subject=courriel.sujet,
        body=courriel.texte,
        to=[courriel.destinataire],
        headers={
            "Message-ID": f"<{courriel.reference}@{urlsplit(settings.SITE_URL).hostname}>",
            "Date": formatdate(courriel.cree_le.timestamp(), localtime=True),
            "Auto-Submitted": "auto-generated",
        },
        connection=messagerie,
    )
    message.attach_alternative(courriel.html, "text/html")
    courriel.essais += 1
    courriel.bail_jusqu_au = None
    try:
        message.send()
    except (SMTPException, OSError, ValueError) as erreur:
        messagerie.close()
        _reporter(courriel, erreur)
        return False
    courriel.etat, courriel.envoye_le, courriel.derniere_erreur = EtatCourriel.ENVOYE, timezone.now(), ""
    courriel.save()
    return True


def _reporter(courriel: Courriel, erreur: Exception) -> None:
    courriel.derniere_erreur = f"{type(erreur).__name__} : {erreur}"
    if courriel.essais <= len(DELAIS_ENTRE_ESSAIS):
        courriel.prochain_essai_le = timezone.now() + DELAIS_ENTRE_ESSAIS[courriel.essais - 1]
    else:
        courriel.etat = EtatCourriel.EN_ECHEC
        logger.error("Courriel %s en échec après %s essais", courriel.reference, courriel.essais)
    courriel.save()


def renvoyer(*, courriel: Courriel, acteur: Acteur) -> bool:
    """Remet à l'envoi, à la demande du support, un courriel en échec ; faux s'il ne l'est pas ou n'a plus de texte."""
    with transaction.atomic():
        en_echec = Courriel.objects.filter(pk=courriel.pk, etat=EtatCourriel.EN_ECHEC).exclude(texte="")
        remis = en_echec.update(etat=EtatCourriel.A_ENVOYER, essais=0, prochain_essai_le=timezone.now())
        if remis:
            consigner(acteur=acteur, action="courriel.renvoye", objet=courriel)
            _reveiller_une_fois()
    return bool(remis)


def effacer_les_textes() -> int:
    """Efface le texte des courriels partis depuis COURRIEL_TEXTE_JOURS ; il en reste l'objet, la date et le sort."""
    limite = timezone.now() - timedelta(days=settings.COURRIEL_TEXTE_JOURS)
    vieux = Courriel.objects.filter(cree_le__lt=limite).exclude(etat=EtatCourriel.A_ENVOYER).exclude(texte="")
    return vieux.update(texte="", html="")


def purger() -> int:
    """Efface la trace même des courriels, au terme du journal ; rend leur nombre."""
    limite = timezone.now() - timedelta(days=31 * settings.JOURNAL_MOIS)
    return Courriel.objects.filter(cree_le__lt=limite).exclude(etat=EtatCourriel.A_ENVOYER).delete()[0]


def oublier(*, destinataire: str) -> int:
    """Efface les courriels d'une adresse dont le compte est anonymisé."""
    return Courriel.objects.filter(destinataire=destinataire).delete()[0]
