"""Importer le registre FINESS : déposer, vérifier, puis appliquer d'un bloc ou pas du tout."""

import os
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import uuid4

from celery import current_app
from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from journal.services import Acteur, consigner
from structures.enums import CAMSP_CMPP, EtatImport, EtatStructure
from structures.finess.fiches import fiches
from structures.finess.lecture import Examen, FichierRefuse, Format, examiner
from structures.finess.seuils import verifier_les_seuils
from structures.models import Categorie, ImportFiness
from structures.services.preparation import DETAIL_MAX, Preparation
from structures.services.references import apprendre
from structures.services.tampon import Tampon

Progres = Callable[[int, int], None] | None

# Lignes copiées d'un trait, entre deux regards sur l'avancement.
PAQUET = 5000
# Secondes entre deux écritures de l'avancement.
RYTHME = 1.0
_PASSAGES = {"rouvertes": EtatStructure.OUVERT, "fermees": EtatStructure.FERME, "absentes": EtatStructure.ABSENT}
# Au-delà, un import resté « en cours » est tenu pour mort même si son processus n'est pas d'ici.
DUREE_MAX = timedelta(hours=1)


class ImportEnCours(Exception):
    """Un autre import travaille ; deux à la fois mêleraient leurs écritures."""


def importer_finess(
    *,
    chemin: Path,
    acteur: Acteur,
    nom: str = "",
    forcer: bool = False,
    progres: Progres = None,
) -> ImportFiness:
    """Importe un fichier classique ou FINESS+ et rend le compte rendu, gardé en base.

    `forcer` passe outre les seuils (chute du nombre d'ouverts, de CAMSP et CMPP ou d'un département) et la date d'un
    fichier plus ancien que le dernier importé.
    Lève `FichierRefuse`, sans avoir rien changé au registre, ou `ImportEnCours`.
    """
    importation = _ouvrir(acteur, nom or chemin.name, _ce_processus())
    _mener(importation, chemin, acteur, forcer=forcer, progres=progres)
    return importation


def demander_import(*, chemin: Path, acteur: Acteur, nom: str = "", forcer: bool = False) -> ImportFiness:
    """Remet l'import à un ouvrier, ou le fait ici s'il n'y en a pas ; un refus se lit dans le compte rendu.

    Lève `ImportEnCours`.
    """
    importation = _ouvrir(acteur, nom or chemin.name, "" if settings.CELERY_BROKER_URL else _ce_processus())
    if settings.CELERY_BROKER_URL:
        options = {"importation_id": importation.pk, "chemin": str(chemin), "forcer": forcer}
        try:
            current_app.send_task("structures.importer_finess", kwargs=options)
        except OperationalError:
            _refuser(importation, acteur, "La file des tâches ne répond pas : l'import n'a pas commencé.")
    else:
        poursuivre_import(importation=importation, chemin=chemin, acteur=acteur, forcer=forcer)
    return importation


def dossier_des_envois() -> Path:
    """Où attendent les fichiers envoyés par le support, le temps de leur import ; l'ouvrier doit le lire aussi."""
    return Path(settings.FINESS_DOSSIER) / "envois"


def recevoir(fichier: UploadedFile[Any]) -> Path:
    """Pose un fichier envoyé là où l'import le lira."""
    dossier = dossier_des_envois()
    dossier.mkdir(parents=True, exist_ok=True)
    chemin = dossier / uuid4().hex
    with chemin.open("wb") as copie:
        for bloc in fichier.chunks():
            copie.write(bloc)
    return chemin


def poursuivre_import(*, importation: ImportFiness, chemin: Path, acteur: Acteur, forcer: bool) -> None:
    """Mène un import déjà inscrit ; sans effet s'il est fini, ou si un autre ouvrier y travaille."""
    if importation.etat != EtatImport.EN_COURS:
        return
    if importation.processus not in {"", _ce_processus()} and not _est_mort(importation):
        return
    importation.processus = _ce_processus()
    importation.save(update_fields=["processus"])
    try:
        _mener(importation, chemin, acteur, forcer=forcer, progres=None)
    except FichierRefuse:
        # Le motif est au compte rendu, que la personne lit.
        return
    finally:
        if chemin.parent == dossier_des_envois():
            chemin.unlink(missing_ok=True)


def _mener(importation: ImportFiness, chemin: Path, acteur: Acteur, *, forcer: bool, progres: Progres) -> None:
    try:
        _importer(importation, chemin, acteur, forcer=forcer, progres=progres)
    except FichierRefuse as refus:
        _refuser(importation, acteur, str(refus))
        raise
    except BaseException:
        _refuser(importation, acteur, "L'import s'est arrêté sur une erreur inattendue ; rien n'a été changé.")
        raise


def _importer(importation: ImportFiness, chemin: Path, acteur: Acteur, *, forcer: bool, progres: Progres) -> None:
    examen = examiner(chemin, importation.fichier)
    importation.sha256, importation.date_du_fichier = examen.sha256, examen.date
    importation.a_lire = examen.lignes
    precedent = ImportFiness.objects.filter(etat=EtatImport.APPLIQUE).order_by("-fin").first()
    with Tampon() as tampon:
        preparation = Preparation(tampon)
        _deposer(importation, preparation, examen, progres)
        importation.lignes, importation.rejetees = preparation.lignes, preparation.rejetees
        par_departement, importation.camsp_cmpp = tampon.effectifs(CAMSP_CMPP)
        importation.rapport = {
            "unite": "établissement n°" if examen.format is Format.PLUS else "ligne",
            "rejets": preparation.rejets,
            "cles_fausses": preparation.cles_fausses,
            "avertissements": preparation.avertissements,
            "departements": par_departement,
        }
        verifier_les_seuils(importation, precedent, forcer=forcer)
        with transaction.atomic():
            _appliquer(importation, tampon, preparation, premier=precedent is None)
            importation.etat, importation.fin = EtatImport.APPLIQUE, timezone.now()
            importation.save()
            consigner(acteur=acteur, action="finess.importe", objet=importation, apres=_resume(importation))


def _deposer(importation: ImportFiness, preparation: Preparation, examen: Examen, progres: Progres) -> None:
    """Tient l'avancement à jour, au rythme où la page de suivi le lit."""
    prochain = 0.0
    lues = fiches(examen, preparation.deposer_les_connues(examen))
    while preparation.deposer(islice(lues, PAQUET)):
        importation.lues = min(preparation.rang, importation.a_lire)
        if time.monotonic() >= prochain:
            importation.save(update_fields=["lues", "a_lire"])
            prochain = time.monotonic() + RYTHME
        if progres:
            progres(importation.lues, importation.a_lire)
    if progres and importation.lues < importation.a_lire:
        progres(importation.a_lire, importation.a_lire)
    importation.lues = importation.a_lire
    preparation.ecarter_les_doublons()


def _appliquer(importation: ImportFiness, tampon: Tampon, preparation: Preparation, *, premier: bool) -> None:
    Categorie.objects.bulk_create(preparation.categories_nouvelles.values(), ignore_conflicts=True)
    importation.rapport["categories_nouvelles"] = sorted(preparation.categories_nouvelles)
    importation.creees = tampon.compter_les_nouvelles()
    tampon.creer_les_entites()
    if tampon.registre_vide:
        with tampon.sans_index():
            tampon.ecrire()
    else:
        _changer(importation, tampon)
        derniere = tampon.derniere()
        tampon.ecrire()
        if not premier:
            tampon.retenir_les_entrees(importation.pk, derniere)
    apprendre(preparation.vocabulaire - {"/"})


def _changer(importation: ImportFiness, tampon: Tampon) -> None:
    """Les structures déjà connues : ce qui change d'elles, avant que ce soit écrit, puis celles qui changent d'état."""
    importation.modifiees, importation.rapport["champs"] = tampon.retenir_les_changements(importation.pk)
    depuis = importation.date_du_fichier or timezone.localdate()
    for nom, etat in _PASSAGES.items():
        nombre, importation.rapport[nom] = tampon.faire_passer(etat, importation.pk, depuis, DETAIL_MAX)
        setattr(importation, nom, nombre)


def _ouvrir(acteur: Acteur, nom: str, processus: str) -> ImportFiness:
    """Inscrit l'import ; deux à la fois sont refusés, mais un import mort ne bloque pas les suivants."""
    for reste in ImportFiness.objects.filter(etat=EtatImport.EN_COURS):
        if _est_mort(reste):
            _refuser(reste, None, "L'import s'est arrêté avant la fin ; rien n'a été changé.")
    try:
        with transaction.atomic():
            return ImportFiness.objects.create(
                fichier=nom[:255],
                par_id=acteur.pk if acteur is not None and acteur.is_authenticated else None,
                processus=processus,
            )
    except IntegrityError as conflit:
        raise ImportEnCours("Un import est déjà en cours : attendez qu'il se termine.") from conflit


def _est_mort(importation: ImportFiness) -> bool:
    if importation.debut < timezone.now() - DUREE_MAX:
        return True
    machine, _, numero = importation.processus.rpartition(":")
    if machine != socket.gethostname()[:80]:
        return False
    try:
        os.kill(int(numero), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False


def _ce_processus() -> str:
    return f"{socket.gethostname()[:80]}:{os.getpid()}"


def _refuser(importation: ImportFiness, acteur: Acteur, motif: str) -> None:
    with transaction.atomic():
        importation.etat, importation.motif, importation.fin = EtatImport.REFUSE, motif, timezone.now()
        importation.creees = importation.modifiees = importation.rouvertes = 0
        importation.fermees = importation.absentes = 0
        importation.save()
        consigner(acteur=acteur, action="finess.refuse", objet=importation, apres={"motif": motif})


def _resume(importation: ImportFiness) -> dict[str, Any]:
    comptes = ("creees", "modifiees", "fermees", "rouvertes", "absentes", "rejetees")
    champs = ("fichier", "sha256", "lignes", "camsp_cmpp", *comptes)
    return {champ: getattr(importation, champ) for champ in champs}
