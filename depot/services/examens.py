"""Les documents en examen : juger à nouveau, publier, refuser."""

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from depot import courriels
from depot.enums import TRANSITIONS, EtatDocument
from depot.erreurs import DepotImpossible, TransitionInterdite
from depot.juge import enclos, noms
from depot.juge.verdicts import Issue, Nature, Verdict
from depot.models import Document
from depot.services import analyses
from depot.services.etats import passer
from depot.services.fichiers import publier, relire
from depot.stockage import recevoir
from journal.services import consigner


def rejuger(*, document: Document, acteur: Utilisateur) -> Verdict:
    """Soumet à nouveau au juge un document en examen ou infecté ; accepté, il repasse à l'antivirus. Rend le verdict.

    Lève `TransitionInterdite` si le document n'est ni en examen, ni infecté.
    """
    if EtatDocument.CONTROLE not in TRANSITIONS[EtatDocument(document.etat)]:
        raise TransitionInterdite("Ce document n'est plus en examen.")
    with default_storage.open(document.emplacement) as fichier, recevoir(fichier) as recu:
        verdict = enclos.juger(recu.chemin, Nature(document.nature), document.nom_fichier, settings.DEPOT_TAILLE_MAX)
    if verdict.issue is Issue.ACCEPTE and verdict.type:
        _remettre_a_l_analyse(document, verdict, acteur)
    return verdict


@transaction.atomic
def _remettre_a_l_analyse(document: Document, verdict: Verdict, acteur: Utilisateur) -> None:
    document = relire(document)
    avant = document.etat
    passer(document, EtatDocument.CONTROLE)
    document.type, document.avis = verdict.type or "", "\n".join(verdict.avis)
    document.nom_fichier = noms.avec_extension(document.nom_fichier, document.type)
    document.analyses, document.prochaine_analyse_le = 0, timezone.now()
    document.save()
    _consigner(document, avant, acteur)
    transaction.on_commit(lambda: analyses.reveiller(document), robust=True)


@transaction.atomic
def publier_apres_examen(*, document: Document, acteur: Utilisateur) -> Document:
    """Publie, sur la foi de la personne qui l'a examiné, un document que l'antivirus n'a pas pu lire en entier.

    Lève `TransitionInterdite`, ou `DepotImpossible` si le juge n'a pas reconnu le fichier.
    """
    document = relire(document)
    avant = document.etat
    if not document.type:
        raise DepotImpossible("Ce fichier n'est pas reconnu : contrôlez-le à nouveau avant de le publier.")
    passer(document, EtatDocument.PUBLIE)
    document.analyse_le, document.constat = timezone.now(), f"Examiné et publié par {acteur}."
    publier(document)
    document.save()
    _consigner(document, avant, acteur)
    return document


@transaction.atomic
def refuser_apres_examen(*, document: Document, motif: str, acteur: Utilisateur) -> Document:
    """Refuse un document examiné ; la personne lit le motif par courriel, et la case se rouvre.

    Lève `TransitionInterdite`, ou `DepotImpossible` sans motif.
    """
    if not motif.strip():
        raise DepotImpossible("Dites pourquoi le fichier est refusé : la personne qui l'a déposé le lira.")
    document = relire(document)
    avant = document.etat
    passer(document, EtatDocument.REFUSE)
    document.analyse_le, document.constat = timezone.now(), motif.strip()[:500]
    document.save()
    _consigner(document, avant, acteur)
    courriels.refuse(document)
    return document


def _consigner(document: Document, avant: str, acteur: Utilisateur) -> None:
    consigner(
        acteur=acteur,
        action=f"document.{document.etat}",
        objet=document,
        avant={"etat": avant},
        apres={"etat": document.etat, "constat": document.constat},
    )
