"""Importer le registre FINESS : déposer, vérifier, puis appliquer d'un bloc ou pas du tout."""

import os
import socket
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from journal.services import Acteur, consigner
from structures.enums import AUTRE_ETABLISSEMENT, CAMSP_CMPP, ESMS, ETABLISSEMENT_SANITAIRE, EtatImport
from structures.finess import classique
from structures.finess.lecture import FichierRefuse, Ligne, examiner, lire
from structures.finess.numeros import cle_juste
from structures.finess.seuils import verifier_les_seuils
from structures.models import Categorie, Departement, ImportFiness, Structure
from structures.mots import composer
from structures.services.references import apprendre
from structures.services.tampon import CHAMPS, Tampon

Progres = Callable[[int, int], None] | None

PAQUET = 2000
# Au-delà, un import resté « en cours » est tenu pour mort même si son processus n'est pas d'ici.
DUREE_MAX = timedelta(hours=1)
# Ce que le compte rendu détaille ; au-delà, il ne donne que le nombre.
DETAIL_MAX = 500


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
    """Importe un fichier classique et rend le compte rendu, gardé en base.

    `forcer` passe outre les seuils (chute du nombre de lignes, de CAMSP et CMPP ou d'un département) et la date d'un
    fichier plus ancien que le dernier importé.
    Lève `FichierRefuse`, sans avoir rien changé au registre, ou `ImportEnCours`.
    """
    importation = _ouvrir(chemin, acteur, nom or chemin.name)
    try:
        _importer(importation, chemin, acteur, forcer=forcer, progres=progres)
    except FichierRefuse as refus:
        _refuser(importation, acteur, str(refus))
        raise
    except BaseException:
        _refuser(importation, acteur, "L'import s'est arrêté sur une erreur inattendue ; rien n'a été changé.")
        raise
    return importation


def _importer(importation: ImportFiness, chemin: Path, acteur: Acteur, *, forcer: bool, progres: Progres) -> None:
    examen = examiner(chemin)
    importation.sha256, importation.date_du_fichier = examen.sha256, examen.date
    precedent = ImportFiness.objects.filter(etat=EtatImport.APPLIQUE).order_by("-fin").first()
    with Tampon() as tampon:
        depot = Depot(tampon)
        for paquet in _par_paquets(lire(examen), PAQUET):
            depot.deposer(paquet)
            if progres:
                progres(paquet[-1].numero, examen.lignes)
        depot.ecarter_les_doublons()
        importation.lignes = depot.lignes
        importation.rejetees = depot.rejetees
        importation.camsp_cmpp = sum(nombre for code, nombre in tampon.par_categorie().items() if code in CAMSP_CMPP)
        importation.rapport = {
            "rejets": depot.rejets,
            "cles_fausses": depot.cles_fausses,
            "departements": tampon.par_departement(),
        }
        verifier_les_seuils(importation, precedent, forcer=forcer)
        with transaction.atomic():
            _appliquer(importation, tampon, depot)
            importation.etat, importation.fin = EtatImport.APPLIQUE, timezone.now()
            importation.save()
            consigner(acteur=acteur, action="finess.importe", objet=importation, apres=_resume(importation))


class Depot:
    """Ce qui passe du fichier à la table temporaire, et ce qui reste en route."""

    def __init__(self, tampon: Tampon) -> None:
        self.tampon = tampon
        self.lignes = self.rejetees = 0
        self.rejets: list[tuple[int, str]] = []
        self.cles_fausses: list[str] = []
        self.vocabulaire: set[str] = set()
        self.categories_nouvelles: dict[str, Categorie] = {}
        self._categories = {c.code: f"{c.libelle} {c.libelle_court}" for c in Categorie.objects.all()}
        self._departements = {d.code: f"{d.nom} {d.code}" for d in Departement.objects.all()}
        if not self._departements:
            raise FichierRefuse("Les départements manquent : lancez d'abord « manage.py charger_references ».")

    def deposer(self, paquet: list[Ligne]) -> None:
        bonnes = [ligne for ligne in paquet if self._est_bonne(ligne)]
        connues = dict(
            Structure.objects.filter(numero_finess__in=[ligne.colonnes[classique.NUMERO] for ligne in bonnes])
            .order_by()
            .values_list("numero_finess", "empreinte")
        )
        self.tampon.deposer([self._a_deposer(ligne, connues) for ligne in bonnes])
        self.lignes += len(bonnes)

    def ecarter_les_doublons(self) -> None:
        nombre, exemples = self.tampon.retirer_les_doublons(DETAIL_MAX)
        self.lignes -= nombre
        for ligne, numero, premiere in exemples:
            self._rejeter(ligne, f"le numéro {numero} est déjà à la ligne {premiere}")
        self.rejetees += nombre - len(exemples)
        self.rejets.sort()

    def _rejeter(self, ligne: int, motif: str) -> None:
        self.rejetees += 1
        if len(self.rejets) < DETAIL_MAX:
            self.rejets.append((ligne, motif))

    def _est_bonne(self, ligne: Ligne) -> bool:
        motif = ligne.motif
        if not motif:
            try:
                classique.verifier(ligne.colonnes)
            except classique.LigneRejetee as rejet:
                motif = str(rejet)
        if not motif and (code := classique.departement(ligne.colonnes)) not in self._departements:
            motif = f"le département « {code[:10]} » est inconnu"
        if motif:
            self._rejeter(ligne.numero, motif)
        return not motif

    def _a_deposer(self, ligne: Ligne, connues: dict[str | None, str]) -> tuple[Any, ...]:
        colonnes = ligne.colonnes
        numero, empreinte = colonnes[classique.NUMERO], classique.empreinte(colonnes)
        if len(self.cles_fausses) < DETAIL_MAX and not cle_juste(numero):
            self.cles_fausses.append(numero)
        repere = (ligne.numero, numero, classique.departement(colonnes), colonnes[classique.CATEGORIE])
        if connues.get(numero) == empreinte:
            # Inchangée : seule sa présence compte.
            return (*repere, *(None,) * (len(CHAMPS) + 2))
        lu = classique.etablissement(colonnes)
        mots = composer(
            nom=lu.nom,
            ville=f"{lu.commune} {lu.code_postal}",
            reste=f"{self._departements[lu.departement]} {self._libelles_de_categorie(colonnes)} {lu.nom_long}",
        )
        self.vocabulaire.update(mots.split())
        return (*repere, *lu, mots, empreinte)

    def _libelles_de_categorie(self, colonnes: list[str]) -> str:
        code = colonnes[classique.CATEGORIE]
        if code not in self._categories:
            libelle = colonnes[classique.LIBELLE_CATEGORIE].strip() or f"Catégorie {code}"
            self.categories_nouvelles[code] = Categorie(
                code=code,
                libelle=libelle[:120],
                libelle_court=libelle[:60],
                type_id=_type_d_apres_l_agregat(colonnes[classique.AGREGAT]),
            )
            self._categories[code] = libelle
        return self._categories[code]


def _appliquer(importation: ImportFiness, tampon: Tampon, depot: Depot) -> None:
    Categorie.objects.bulk_create(depot.categories_nouvelles.values(), ignore_conflicts=True)
    importation.creees, importation.modifiees, champs = tampon.compter_les_changements()
    tampon.creer_les_entites()
    tampon.ecrire()
    rouvertes = tampon.rouvrir()
    absentes = tampon.marquer_les_absentes(importation.date_du_fichier or timezone.localdate())
    importation.rouvertes, importation.absentes = len(rouvertes), len(absentes)
    importation.rapport |= {
        "champs": champs,
        "rouvertes": sorted(rouvertes)[:DETAIL_MAX],
        "absentes": sorted(absentes)[:DETAIL_MAX],
        "categories_nouvelles": sorted(depot.categories_nouvelles),
    }
    apprendre(depot.vocabulaire - {"/"})


def _ouvrir(chemin: Path, acteur: Acteur, nom: str) -> ImportFiness:
    """Inscrit l'import ; deux à la fois sont refusés, mais un import mort ne bloque pas les suivants."""
    for reste in ImportFiness.objects.filter(etat=EtatImport.EN_COURS):
        if _est_mort(reste):
            _refuser(reste, None, "L'import s'est arrêté avant la fin ; rien n'a été changé.")
    try:
        with transaction.atomic():
            return ImportFiness.objects.create(
                fichier=nom[:255],
                par_id=acteur.pk if acteur is not None and acteur.is_authenticated else None,
                processus=_ce_processus(),
            )
    except IntegrityError as conflit:
        raise ImportEnCours("Un import est déjà en cours : attendez qu'il se termine.") from conflit


def _est_mort(importation: ImportFiness) -> bool:
    if importation.debut < timezone.now() - DUREE_MAX:
        return True
    machine, _, numero = importation.processus.rpartition(":")
    if machine != socket.gethostname():
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
        importation.creees = importation.modifiees = importation.rouvertes = importation.absentes = 0
        importation.save()
        consigner(acteur=acteur, action="finess.refuse", objet=importation, apres={"motif": motif})


def _resume(importation: ImportFiness) -> dict[str, Any]:
    champs = ("fichier", "sha256", "lignes", "camsp_cmpp", "creees", "modifiees", "rouvertes", "absentes", "rejetees")
    return {champ: getattr(importation, champ) for champ in champs}


def _type_d_apres_l_agregat(agregat: str) -> str:
    """Type d'une catégorie que la nomenclature livrée ne connaît pas encore, d'après son agrégat (4106 : ESMS)."""
    return {"1": ETABLISSEMENT_SANITAIRE, "2": ETABLISSEMENT_SANITAIRE, "3": ETABLISSEMENT_SANITAIRE, "4": ESMS}.get(
        agregat[:1], AUTRE_ETABLISSEMENT
    )


def _par_paquets(lignes: Iterator[Ligne], taille: int) -> Iterator[list[Ligne]]:
    while paquet := list(islice(lignes, taille)):
        yield paquet
