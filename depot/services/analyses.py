"""Passer à l'antivirus ce qui est contrôlé, et publier ce qui est sain. Rien n'est publié autrement."""

import logging
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from threading import Thread

from celery import current_app
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from depot import courriels
from depot.antivirus import Antivirus, AntivirusIndisponible, Constat, Issue, TuyauRompu
from depot.enums import EtatDocument
from depot.erreurs import StockagePlein
from depot.models import Document
from depot.services.etats import passer
from depot.services.fichiers import publier, relire
from journal.services import consigner

logger = logging.getLogger(__name__)

# Plus long que la plus longue analyse : passé ce temps, l'ouvrier qui tenait le document est tenu pour mort.
BAIL = timedelta(minutes=15)
# Entre deux essais, tant que l'antivirus ne répond pas ; le dernier se répète sans fin : rien ne passe sans lui.
DELAIS = [timedelta(minutes=minutes) for minutes in (1, 2, 5, 10)]
# clamd qui meurt chaque fois sur le même fichier : une personne le regardera.
RUPTURES_MAX = 5
# Au-delà, un document qui attend son analyse est signalé.
ATTENTE_MAX = timedelta(hours=1)
SANS_ANTIVIRUS = "Publié sans analyse : ce portail de démonstration n'a pas d'antivirus."
ETATS = {
    Issue.SAIN: EtatDocument.PUBLIE,
    Issue.INFECTE: EtatDocument.INFECTE,
    Issue.NON_ANALYSE: EtatDocument.EXAMEN_MANUEL,
}


def reveiller(document: Document) -> None:
    """Demande l'analyse : à un ouvrier, ou ici même quand le portail n'a pas de courtier."""
    if settings.CELERY_BROKER_URL:
        # À côté : un courtier suspendu ne retient pas le récépissé.
        Thread(target=_appeler_un_ouvrier, args=[document.pk], daemon=True).start()
    else:
        analyser(numero=document.pk)


def _appeler_un_ouvrier(numero: int) -> None:
    try:
        current_app.send_task("depot.analyser", args=[numero], retry=False)
    except (OperationalError, OSError) as erreur:
        logger.warning("Courtier injoignable, l'analyse se fera à la prochaine tournée : %s", erreur)


def analyser_en_attente() -> int:
    """Analyse tout ce dont l'heure est venue, réveil perdu et ouvrier mort compris ; rend le nombre de documents."""
    numeros = list(
        Document.objects.a_analyser(timezone.now()).order_by("prochaine_analyse_le").values_list("pk", flat=True)
    )
    return sum(analyser(numero=numero) for numero in numeros)


def analyser(*, numero: int) -> bool:
    """Soumet un document à l'antivirus et en tire la suite. Rejouable : faux si ce n'est pas, ou plus, son tour."""
    document = _prendre(numero)
    if document is None:
        return False
    try:
        with default_storage.sur_le_disque(document.emplacement) as chemin:  # type: ignore[attr-defined]
            constat = _examiner(chemin)
    except StockagePlein as panne:
        _attendre_le_stockage(document, panne)
        return True
    except AntivirusIndisponible as panne:
        logger.warning("%s n'a pas pu être analysé : %s", document.reference, panne)
        if not isinstance(panne, TuyauRompu) or document.analyses < RUPTURES_MAX:
            _remettre(document)
            return True
        constat = Constat(Issue.NON_ANALYSE, f"l'antivirus s'est interrompu {document.analyses} fois")
    except Exception:
        # Une panne de notre fait n'accuse pas le fichier et ne le publie pas ; l'équipe la lit dans les journaux.
        logger.exception("%s n'a pas pu être analysé", document.reference)
        constat = Constat(Issue.NON_ANALYSE, "le portail n'a pas pu mener l'analyse")
    try:
        _conclure(document, constat)
    except StockagePlein as panne:
        _attendre_le_stockage(document, panne)
    return True


def _attendre_le_stockage(document: Document, panne: StockagePlein) -> None:
    logger.warning("%s attend le stockage : %s", document.reference, panne.__cause__)
    _remettre(document)


def surveiller() -> list[str]:
    """Ce qui ne va pas avec l'antivirus, dit aux journaux et, par courriel, au support ; rien si tout va bien."""
    alarmes = list(_alarmes())
    for alarme in alarmes:
        logger.error("Antivirus : %s", alarme)
    if alarmes:
        with transaction.atomic():
            courriels.alarme_de_l_antivirus(alarmes)
    return alarmes


def _alarmes() -> Iterator[str]:
    maintenant = timezone.now()
    attente = Document.objects.filter(etat__in=[EtatDocument.CONTROLE, EtatDocument.EN_ANALYSE])
    if en_retard := attente.filter(depose_le__lt=maintenant - ATTENTE_MAX).count():
        yield f"{en_retard} document(s) attendent leur analyse depuis plus de {ATTENTE_MAX.seconds // 3600} h."
    if not settings.CLAMAV_URL:
        return
    try:
        version = Antivirus(settings.CLAMAV_URL, settings.CLAMAV_DELAI).version()
    except AntivirusIndisponible as panne:
        yield f"il ne répond pas ({panne}) : les fichiers reçus attendent."
        return
    if version.signatures is None:
        yield f"{version.moteur} ne dit pas la date de ses signatures : leur mise à jour n'a jamais abouti."
    elif maintenant - version.signatures > timedelta(days=settings.CLAMAV_SIGNATURES_JOURS):
        yield f"ses signatures datent du {version.signatures:%d/%m/%Y} : leur mise à jour n'aboutit plus."


@transaction.atomic
def _prendre(numero: int) -> Document | None:
    """Le document sous bail : deux ouvriers ne l'analysent pas en même temps."""
    maintenant = timezone.now()
    document = Document.objects.a_analyser(maintenant).select_for_update(of=("self",)).filter(pk=numero).first()
    if document is None:
        return None
    if document.etat != EtatDocument.EN_ANALYSE:
        passer(document, EtatDocument.EN_ANALYSE)
    document.bail_jusqu_au = maintenant + BAIL
    document.analyses += 1
    document.save(update_fields=["etat", "bail_jusqu_au", "analyses"])
    return document


def examiner_sur_place(chemin: Path) -> Constat:
    """Le constat, tout de suite, sur un fichier pas encore gardé ; une panne vaut un fichier non analysé."""
    try:
        return _examiner(chemin)
    except AntivirusIndisponible as panne:
        return Constat(Issue.NON_ANALYSE, str(panne))


def _examiner(chemin: Path) -> Constat:
    if not settings.CLAMAV_URL:
        if settings.DEMO:
            return Constat(Issue.SAIN, SANS_ANTIVIRUS)
        raise AntivirusIndisponible("CLAMAV_URL n'est pas réglé")
    return Antivirus(settings.CLAMAV_URL, settings.CLAMAV_DELAI).analyser_document(chemin)


def _remettre(document: Document) -> None:
    """Rend le document à la file ; l'échéance vit en base, et l'horloge l'y trouvera."""
    with transaction.atomic():
        pris = _encore_pris(document)
        if pris is None:
            return
        passer(pris, EtatDocument.CONTROLE)
        pris.bail_jusqu_au = None
        pris.prochaine_analyse_le = timezone.now() + DELAIS[min(pris.analyses, len(DELAIS)) - 1]
        pris.save(update_fields=["etat", "bail_jusqu_au", "prochaine_analyse_le"])


def _encore_pris(document: Document) -> Document | None:
    """Le document relu sous verrou, ou None si un autre ouvrier l'a repris entre-temps."""
    relu = relire(document)
    return relu if (relu.etat, relu.analyses) == (EtatDocument.EN_ANALYSE, document.analyses) else None


def _conclure(document: Document, constat: Constat) -> None:
    with transaction.atomic():
        pris = _encore_pris(document)
        if pris is None:
            return
        passer(pris, ETATS[constat.issue])
        pris.bail_jusqu_au, pris.analyse_le, pris.constat = None, timezone.now(), constat.detail[:500]
        if pris.etat == EtatDocument.PUBLIE:
            publier(pris)
        pris.save()
        consigner(
            acteur=None,
            action=f"document.{pris.etat}",
            objet=pris,
            avant={"etat": EtatDocument.EN_ANALYSE},
            apres={"etat": pris.etat, "constat": pris.constat},
        )
        if pris.etat == EtatDocument.INFECTE:
            courriels.infecte(pris)
