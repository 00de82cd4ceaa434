"""Les documents en examen : les ouvrir, juger à nouveau, publier, refuser ; lire les chiffres qui ne l'ont pas été."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from depot import courriels
from depot.antivirus import Issue as Analyse
from depot.classeur.controle import Erreur
from depot.enums import TRANSITIONS, EtatDocument, NatureDocument
from depot.erreurs import ClasseurRefuse, DepotImpossible, TransitionInterdite
from depot.juge import enclos, noms
from depot.juge.verdicts import Issue, Nature, Verdict
from depot.models import Document
from depot.services import analyses, classeurs
from depot.services.classeurs import Examen
from depot.services.etats import passer
from depot.services.fichiers import publier, relire
from depot.stockage import Arrivee, recevoir
from journal.services import consigner


def ouvrir_pour_examen(*, document: Document, acteur: Utilisateur) -> File[Any]:
    """Remet le fichier, encore en quarantaine, à la personne qui l'examine ; le journal dit à qui, et quand.

    L'antivirus passe d'abord : reconnu infecté, le fichier n'est remis à personne et la case se rouvre.
    Lève `TransitionInterdite` si le document n'est pas en examen, ou `DepotImpossible`.
    """
    _exiger_l_examen(document)
    with _copie(document) as recu:
        constat = analyses.examiner_sur_place(recu.chemin)
    if constat.issue is Analyse.INFECTE:
        _ecarter(document, constat.detail, acteur)
        raise DepotImpossible(f"L'antivirus a reconnu {constat.detail} : le fichier n'est remis à personne.")
    consigner(acteur=acteur, action="document.ouvert_pour_examen", objet=document, apres={"antivirus": constat.issue})
    return default_storage.open(document.emplacement)


@transaction.atomic
def _ecarter(document: Document, virus: str, acteur: Utilisateur) -> None:
    document = relire(document)
    avant = document.etat
    passer(document, EtatDocument.INFECTE)
    document.analyse_le, document.constat = timezone.now(), virus[:500]
    document.save()
    _consigner(document, avant, acteur)
    courriels.infecte(document)


def rejuger(*, document: Document, acteur: Utilisateur) -> Verdict:
    """Soumet à nouveau au juge un document en examen ou infecté ; accepté, il repasse à l'antivirus. Rend le verdict.

    Lève `TransitionInterdite` si le document n'est ni en examen, ni infecté, ou `ClasseurRefuse`.
    """
    if EtatDocument.CONTROLE not in TRANSITIONS[EtatDocument(document.etat)]:
        raise TransitionInterdite("Ce document n'est plus en examen.")
    with _copie(document) as recu:
        verdict = _juger(document, recu)
        if verdict.issue is not Issue.ACCEPTE or not verdict.type:
            return verdict
        document.type = verdict.type
        examen = _verifier(document, recu)
    _remettre_a_l_analyse(document, verdict, examen, acteur)
    return verdict


@transaction.atomic
def _remettre_a_l_analyse(document: Document, verdict: Verdict, examen: Examen | None, acteur: Utilisateur) -> None:
    document = relire(document)
    avant = document.etat
    passer(document, EtatDocument.CONTROLE)
    document.type, document.avis = verdict.type or "", "\n".join(verdict.avis)
    document.nom_fichier = noms.avec_extension(document.nom_fichier, document.type)
    document.analyses, document.prochaine_analyse_le = 0, timezone.now()
    if examen:
        classeurs.reprendre_les_chiffres(document, examen)
    document.save()
    _consigner(document, avant, acteur)
    transaction.on_commit(lambda: analyses.reveiller(document), robust=True)


def publier_apres_examen(*, document: Document, acteur: Utilisateur) -> Document:
    """Publie, sur la foi de la personne qui l'a examiné, un document que l'antivirus n'a pas pu lire en entier.

    Lève `TransitionInterdite`, `ClasseurRefuse` si des cellules sont à corriger, ou `DepotImpossible` si le juge n'a
    pas reconnu le fichier.
    """
    _exiger_l_examen(document)
    if not document.type:
        raise DepotImpossible("Ce fichier n'est pas reconnu : contrôlez-le à nouveau avant de le publier.")
    with _copie(document) as recu:
        examen = _verifier(document, recu)
    return _publier(document, examen, acteur)


@transaction.atomic
def _publier(document: Document, examen: Examen | None, acteur: Utilisateur) -> Document:
    document = relire(document)
    avant = document.etat
    passer(document, EtatDocument.PUBLIE)
    document.analyse_le, document.constat = timezone.now(), f"Examiné et publié par {acteur}."
    if examen:
        classeurs.reprendre_les_chiffres(document, examen)
    publier(document)
    document.save()
    _consigner(document, avant, acteur)
    return document


def lire_les_chiffres(*, document: Document, acteur: Utilisateur) -> Document:
    """Lit un classeur publié dont les chiffres n'ont pas pu l'être au dépôt, ou arrivé avant son modèle.

    Lève `ClasseurRefuse` si des cellules sont à corriger, ou `DepotImpossible` s'il n'y a rien à lire.
    """
    if document.etat != EtatDocument.PUBLIE:
        raise TransitionInterdite(f"Ce document est « {document.get_etat_display()} » : il n'est pas publié.")
    with _copie(document) as recu:
        examen = _verifier(document, recu)
    if examen is None or not examen.bilan.valeurs:
        raise DepotImpossible("Ce document n'a pas de chiffres à lire, ou le portail n'a pas pu les lire.")
    return _garder_les_chiffres(document, examen, acteur)


@transaction.atomic
def _garder_les_chiffres(document: Document, examen: Examen, acteur: Utilisateur) -> Document:
    document = relire(document)
    classeurs.reprendre_les_chiffres(document, examen)
    document.save(update_fields=["avis"])
    consigner(
        acteur=acteur, action="document.chiffres_lus", objet=document, apres={"valeurs": len(examen.bilan.valeurs)}
    )
    return document


def corrections(document: Document) -> list[Erreur]:
    """Les cellules à corriger d'un classeur en examen ; aucune s'il n'est pas lisible. N'écrit rien."""
    if (document.etat, document.nature) != (EtatDocument.EXAMEN_MANUEL, NatureDocument.QUANTITATIF):
        return []
    with _copie(document) as recu:
        verdict = _juger(document, recu)
        if verdict.issue is not Issue.ACCEPTE or not verdict.type:
            return []
        document.type = verdict.type
        try:
            _verifier(document, recu)
        except ClasseurRefuse as refus:
            return list(refus.erreurs)
    return []


@contextmanager
def _copie(document: Document) -> Iterator[Arrivee]:
    with default_storage.open(document.emplacement) as fichier, recevoir(fichier) as recu:
        yield recu


def _juger(document: Document, recu: Arrivee) -> Verdict:
    return enclos.juger(recu.chemin, Nature(document.nature), document.nom_fichier, settings.DEPOT_TAILLE_MAX)


def _verifier(document: Document, recu: Arrivee) -> Examen | None:
    """Ce que dit le classeur ; None s'il l'a dit à son dépôt, d'après le modèle du jour. Lève `ClasseurRefuse`."""
    return None if document.valeurs.exists() else classeurs.examiner(document, recu.chemin)


def _exiger_l_examen(document: Document) -> None:
    if document.etat != EtatDocument.EXAMEN_MANUEL:
        raise TransitionInterdite(f"Ce document est « {document.get_etat_display()} » : il n'est plus en examen.")


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
