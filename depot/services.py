"""Tout ce qui écrit dans le dépôt : déposer, jeter, restaurer, ouvrir une campagne."""

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from depot import courriels
from depot.enums import CATEGORIES, TRANSITIONS, EtatDocument, NatureDocument
from depot.erreurs import DepotImpossible, FichierRefuse, TransitionInterdite
from depot.juge import enclos, noms
from depot.juge.verdicts import Issue, Nature, Verdict
from depot.models import Campagne, Document
from depot.stockage import Recu, place_disponible, recevoir
from journal.services import Acteur, consigner
from structures.models import Structure


def deposer(
    *, campagne: Campagne, structure: Structure, nature: NatureDocument, fichier: File[Any], acteur: Utilisateur
) -> Document:
    """Juge le fichier, le garde et en donne reçu par courriel. Au retour, il est entier sur le disque.

    Le même fichier déposé deux fois de suite par la même personne (double clic, envoi rejoué) rend le même document.
    Lève `FichierRefuse` (rien n'est gardé), `StockagePlein` ou `DepotImpossible`.
    """
    _exiger_ouverte(campagne)
    with recevoir(fichier) as recu:
        nom = noms.nettoyer(fichier.name or "")
        verdict = enclos.juger(recu.chemin, Nature(nature), nom, settings.DEPOT_TAILLE_MAX)
        if verdict.issue is Issue.REFUSE:
            raise FichierRefuse(verdict.phrase)
        document = Document(
            reference=Document.nouvelle_reference(campagne.annee),
            campagne=campagne,
            structure=structure,
            nature=nature,
            deposant=acteur,
            nom_fichier=noms.avec_extension(nom, verdict.type) if verdict.type else nom,
            type=verdict.type or "",
            taille=recu.taille,
            sha256=recu.sha256,
            etat=_etat(verdict),
            avis="\n".join(verdict.avis),
        )
        return _garder(document, recu)


def _etat(verdict: Verdict) -> EtatDocument:
    return EtatDocument.PUBLIE if verdict.issue is Issue.ACCEPTE else EtatDocument.EXAMEN_MANUEL


def _garder(document: Document, recu: Recu) -> Document:
    """Le fichier d'abord, sur le disque ; la ligne ensuite. Sans la ligne, le fichier est repris."""
    document.fichier.name = _ranger(recu.chemin, EtatDocument(document.etat))
    try:
        garde = _enregistrer(document)
        if garde is not document:
            default_storage.delete(document.emplacement)
        return garde
    except BaseException:
        # Une panne survenue après la validation n'efface pas un fichier dont la personne a reçu le récépissé.
        if not Document.objects.filter(reference=document.reference).exists():
            default_storage.delete(document.emplacement)
        raise


def _ranger(chemin: Path, etat: EtatDocument) -> str:
    emplacement = Document.nouvel_emplacement(etat)
    try:
        with place_disponible(), chemin.open("rb") as contenu:
            return default_storage.save(emplacement, File(contenu))
    except BaseException:
        default_storage.delete(emplacement)
        raise


@transaction.atomic
def _enregistrer(document: Document) -> Document:
    """Rend le document enregistré, ou la version précédente si c'est le même fichier."""
    # Les dépôts d'une même structure se suivent : chacun a son numéro de version.
    Structure.objects.select_for_update(no_key=True).get(pk=document.structure_id, categorie__in=CATEGORIES)
    _exiger_ouverte(Campagne.objects.get(pk=document.campagne_id))
    freres = Document.objects.filter(
        structure=document.structure_id, campagne=document.campagne_id, nature=document.nature
    )
    derniere = freres.order_by("version").last()
    if derniere and _est_rejoue(derniere, document):
        return derniere
    document.version = derniere.version + 1 if derniere else 1
    document.save()
    consigner(
        acteur=document.deposant,
        action="document.depose",
        objet=document,
        apres={
            "structure": str(document.structure),
            "campagne": document.campagne.annee,
            "nature": document.nature,
            "version": document.version,
            "sha256": document.sha256,
            "etat": document.etat,
        },
    )
    courriels.recepisse(document)
    return document


def _est_rejoue(dernier: Document, document: Document) -> bool:
    """La même personne vient de déposer le même fichier."""
    meme_envoi = (dernier.sha256, dernier.deposant_id) == (document.sha256, document.deposant_id)
    return meme_envoi and dernier.supprime_le is None


def _exiger_ouverte(campagne: Campagne) -> None:
    if not campagne.est_ouverte:
        raise DepotImpossible(
            f"La campagne {campagne.annee} est close depuis le {campagne.close_le:%d/%m/%Y}."
            if campagne.close_le < timezone.localdate()
            else f"La campagne {campagne.annee} ouvre le {campagne.ouverte_le:%d/%m/%Y}."
        )


@transaction.atomic
def supprimer(*, document: Document, acteur: Utilisateur) -> Document:
    """Met le document à la corbeille ; le fichier reste, et le document se restaure."""
    document = _relire(document)
    if document.supprime_le is not None:
        raise TransitionInterdite("Ce document est déjà dans la corbeille.")
    document.supprime_le, document.supprime_par = timezone.now(), acteur
    document.save(update_fields=["supprime_le", "supprime_par"])
    consigner(acteur=acteur, action="document.supprime", objet=document)
    return document


@transaction.atomic
def restaurer(*, document: Document, acteur: Utilisateur) -> Document:
    document = _relire(document)
    if document.supprime_le is None:
        raise TransitionInterdite("Ce document n'est plus dans la corbeille : il a déjà été restauré.")
    avant = {"supprime_le": document.supprime_le}
    document.supprime_le = document.supprime_par = None
    document.save(update_fields=["supprime_le", "supprime_par"])
    consigner(acteur=acteur, action="document.restaure", objet=document, avant=avant)
    return document


def rejuger(*, document: Document, acteur: Utilisateur) -> Verdict:
    """Soumet à nouveau au juge un document en examen ; accepté, il est publié. Rend le verdict au support."""
    with default_storage.open(document.emplacement) as fichier, recevoir(fichier) as recu:
        verdict = enclos.juger(recu.chemin, Nature(document.nature), document.nom_fichier, settings.DEPOT_TAILLE_MAX)
        if verdict.issue is Issue.ACCEPTE and verdict.type:
            emplacement = _ranger(recu.chemin, EtatDocument.PUBLIE)
            try:
                _publier(document, verdict, emplacement, acteur)
            except BaseException:
                default_storage.delete(emplacement)
                raise
    return verdict


@transaction.atomic
def _publier(document: Document, verdict: Verdict, emplacement: str, acteur: Utilisateur) -> None:
    document = _relire(document)
    if EtatDocument.PUBLIE not in TRANSITIONS[EtatDocument(document.etat)]:
        raise TransitionInterdite("Ce document est déjà publié.")
    ancien, avant = document.emplacement, document.etat
    document.etat, document.type, document.avis = EtatDocument.PUBLIE, verdict.type or "", "\n".join(verdict.avis)
    document.nom_fichier = noms.avec_extension(document.nom_fichier, document.type)
    document.fichier.name = emplacement
    document.save()
    consigner(
        acteur=acteur, action="document.publie", objet=document, avant={"etat": avant}, apres={"etat": document.etat}
    )
    transaction.on_commit(lambda: default_storage.delete(ancien))


def _relire(document: Document) -> Document:
    return Document.objects.select_for_update(of=("self",)).select_related("structure", "campagne").get(pk=document.pk)


def balayer() -> int:
    """Efface les fichiers qu'un arrêt brutal a laissés en chemin ou sans ligne, passé un jour ; rend leur nombre."""
    limite, efface = timezone.now() - timedelta(days=1), 0
    for dossier in (*Document.DOSSIERS, Path(settings.FILE_UPLOAD_TEMP_DIR).name):
        if not default_storage.exists(dossier):
            continue
        for nom in default_storage.listdir(dossier)[1]:
            emplacement = f"{dossier}/{nom}"
            orphelin = not Document.objects.filter(fichier=emplacement).exists()
            if orphelin and default_storage.get_modified_time(emplacement) < limite:
                default_storage.delete(emplacement)
                efface += 1
    return efface


@transaction.atomic
def ouvrir_campagne(*, annee: int, ouverte_le: date, close_le: date, acteur: Utilisateur | None) -> Campagne:
    """Crée la campagne d'une année. `acteur` vaut None quand le portail agit seul."""
    _exiger_dates(ouverte_le, close_le)
    if Campagne.objects.filter(annee=annee).exists():
        raise DepotImpossible(f"La campagne {annee} existe déjà : changez ses dates.")
    campagne = Campagne.objects.create(annee=annee, ouverte_le=ouverte_le, close_le=close_le)
    consigner(
        acteur=acteur,
        action="campagne.ouverte",
        objet=campagne,
        apres={"ouverte_le": ouverte_le, "close_le": close_le},
    )
    return campagne


@transaction.atomic
def changer_dates(*, campagne: Campagne, ouverte_le: date, close_le: date, acteur: Utilisateur) -> Campagne:
    """Avance, prolonge ou clôt une campagne."""
    _exiger_dates(ouverte_le, close_le)
    campagne = Campagne.objects.select_for_update().get(pk=campagne.pk)
    avant = {"ouverte_le": campagne.ouverte_le, "close_le": campagne.close_le}
    campagne.ouverte_le, campagne.close_le = ouverte_le, close_le
    campagne.save(update_fields=["ouverte_le", "close_le"])
    consigner(
        acteur=acteur,
        action="campagne.dates_changees",
        objet=campagne,
        avant=avant,
        apres={"ouverte_le": ouverte_le, "close_le": close_le},
    )
    return campagne


def _exiger_dates(ouverte_le: date, close_le: date) -> None:
    if close_le < ouverte_le:
        raise DepotImpossible("Le dernier jour doit suivre le premier : corrigez les dates.")


def apercu_de_fusion(gardee: Utilisateur, fermee: Utilisateur) -> Iterable[str]:
    if nombre := Document.objects.filter(deposant=fermee).count():
        yield f"{nombre} document(s) déposé(s) : repris."


def fusionner(gardee: Utilisateur, fermee: Utilisateur, acteur: Acteur) -> None:
    """Les deux personnes sont verrouillées par l'appelant."""
    Document.objects.filter(deposant=fermee).update(deposant=gardee)
    Document.objects.filter(supprime_par=fermee).update(supprime_par=gardee)
