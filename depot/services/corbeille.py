"""Mettre à la corbeille, en sortir."""

from collections import defaultdict
from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from depot import courriels
from depot.erreurs import TransitionInterdite
from depot.models import Document
from depot.services.fichiers import relire
from journal.services import consigner


@transaction.atomic
def supprimer(*, document: Document, acteur: Utilisateur) -> Document:
    """Met le document à la corbeille ; le fichier reste, et le document se restaure."""
    document = relire(document)
    if document.supprime_le is not None:
        raise TransitionInterdite("Ce document est déjà dans la corbeille.")
    document.supprime_le, document.supprime_par = timezone.now(), acteur
    document.save(update_fields=["supprime_le", "supprime_par"])
    consigner(acteur=acteur, action="document.supprime", objet=document)
    return document


@transaction.atomic
def restaurer(*, document: Document, acteur: Utilisateur) -> Document:
    document = relire(document)
    if document.efface_le is not None:
        raise TransitionInterdite("Ce document a quitté la corbeille : son fichier est effacé. Déposez-le à nouveau.")
    if document.supprime_le is None:
        raise TransitionInterdite("Ce document n'est plus dans la corbeille : il a déjà été restauré.")
    avant = {"supprime_le": document.supprime_le}
    document.supprime_le = document.supprime_par = document.effacement_annonce_le = None
    document.save(update_fields=["supprime_le", "supprime_par", "effacement_annonce_le"])
    consigner(acteur=acteur, action="document.restaure", objet=document, avant=avant)
    return document


@transaction.atomic
def annoncer_les_effacements() -> int:
    """Prévient une fois, par courriel, qui a déposé ou jeté un document bientôt effacé ; rend leur nombre."""
    seuil = timezone.now() - timedelta(days=settings.CORBEILLE_JOURS - settings.CORBEILLE_AVIS_JOURS)
    annonces = list(
        Document.objects.jetes()
        .filter(supprime_le__lte=seuil, effacement_annonce_le=None)
        .select_related("structure", "campagne", "deposant", "supprime_par")
        .select_for_update(of=("self",), skip_locked=True)
    )
    par_personne: dict[Utilisateur, list[Document]] = defaultdict(list)
    for document in annonces:
        for personne in {document.deposant, document.supprime_par}:
            if personne and personne.is_active:
                par_personne[personne].append(document)
    for personne, documents in par_personne.items():
        courriels.effacement_annonce(personne, documents)
    Document.objects.filter(pk__in=[document.pk for document in annonces]).update(effacement_annonce_le=timezone.now())
    return len(annonces)


def vider_la_corbeille() -> int:
    """Efface le fichier de ce qui y a passé son temps et a été annoncé ; rend leur nombre.

    Une annonce tardive retarde l'effacement d'autant : nul document ne disparaît sans que le délai d'avis ait couru.
    """
    maintenant = timezone.now()
    echus = Document.objects.jetes().filter(
        supprime_le__lte=maintenant - timedelta(days=settings.CORBEILLE_JOURS),
        effacement_annonce_le__lte=maintenant - timedelta(days=settings.CORBEILLE_AVIS_JOURS),
    )
    return sum(_effacer(document) for document in echus)


@transaction.atomic
def _effacer(document: Document) -> bool:
    document = relire(document)
    if document.supprime_le is None or document.efface_le is not None:
        return False
    document.efface_le = timezone.now()
    document.save(update_fields=["efface_le"])
    consigner(acteur=None, action="document.efface", objet=document)
    transaction.on_commit(lambda: default_storage.delete(document.emplacement), robust=True)
    return True
