"""Publier pour tous un modèle ou un guide, le remplacer, le retirer."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from depot.antivirus import Issue as Analyse
from depot.erreurs import DepotImpossible, FichierRefuse, TransitionInterdite
from depot.juge import enclos, noms
from depot.juge.verdicts import ATTENDUS, Issue, Nature
from depot.models import Campagne, Publication
from depot.services import analyses
from depot.services.classeurs import lire_le_modele
from depot.services.fichiers import oublier, ranger_sous
from depot.stockage import Arrivee, recevoir
from journal.services import consigner


@dataclass(frozen=True)
class Destination:
    """À quoi sert une publication : le modèle d'un rapport d'une campagne, ou un guide (sans nature)."""

    campagne: Campagne | None = None
    categorie: str = ""
    nature: str = ""


def publier(
    *, titre: str, description: str, destination: Destination, fichier: File[Any], acteur: Utilisateur | None
) -> Publication:
    """Met un fichier en ligne pour tous. Lève `FichierRefuse` ou `DepotImpossible` ; rien n'est alors gardé."""
    publication = Publication(
        titre=titre,
        description=description,
        campagne=destination.campagne,
        categorie=destination.categorie,
        nature=destination.nature,
        publie_par=acteur,
    )
    return _mettre_en_ligne(publication, fichier, None, acteur)


def remplacer(*, publication: Publication, fichier: File[Any], acteur: Utilisateur) -> Publication:
    """Met en ligne un nouveau fichier à la place de celui-ci, qui reste gardé mais ne se propose plus."""
    nouvelle = Publication(
        titre=publication.titre,
        description=publication.description,
        campagne=publication.campagne,
        categorie=publication.categorie,
        nature=publication.nature,
        publie_par=acteur,
    )
    return _mettre_en_ligne(nouvelle, fichier, publication, acteur)


@transaction.atomic
def retirer(*, publication: Publication, acteur: Utilisateur | None) -> Publication:
    publication = Publication.objects.select_for_update().get(pk=publication.pk)
    if publication.retire_le is not None:
        raise TransitionInterdite("Ce document n'est déjà plus en ligne.")
    publication.retire_le = timezone.now()
    publication.save(update_fields=["retire_le"])
    consigner(acteur=acteur, action="publication.retiree", objet=publication)
    return publication


def _mettre_en_ligne(
    publication: Publication, fichier: File[Any], remplacee: Publication | None, acteur: Utilisateur | None
) -> Publication:
    with recevoir(fichier) as recu:
        _juger(publication, noms.nettoyer(fichier.name or ""), recu)
        publication.fichier.name = ranger_sous(Publication.nouvel_emplacement(), recu)
    try:
        _enregistrer(publication, remplacee, acteur)
    except BaseException:
        oublier(publication.emplacement)
        raise
    return publication


def _juger(publication: Publication, nom: str, recu: Arrivee) -> None:
    """Le fichier passe devant le même juge que les rapports."""
    nature = Nature(publication.nature) if publication.nature else _nature_d_apres(nom)
    verdict = enclos.juger(recu.chemin, nature, nom, settings.DEPOT_TAILLE_MAX)
    if verdict.issue is Issue.REFUSE:
        raise FichierRefuse(verdict.phrase)
    if verdict.type is None:
        raise DepotImpossible("Le contrôle du fichier n'a pas pu se terminer. Rien n'a été publié : réessayez.")
    constat = analyses.examiner_sur_place(recu.chemin)
    if constat.issue is not Analyse.SAIN:
        raise DepotImpossible(
            "L'antivirus a détecté un contenu dangereux. Le fichier n'a pas été transmis."
            if constat.issue is Analyse.INFECTE
            else "L'antivirus n'a pas pu analyser ce fichier. Rien n'a été publié : réessayez plus tard."
        )
    publication.nom_fichier = noms.avec_extension(nom, verdict.type)
    publication.type = verdict.type
    publication.taille, publication.sha256 = recu.taille, recu.sha256
    if nature is Nature.QUANTITATIF and publication.nature:
        publication.controles = [controle.en_donnees() for controle in lire_le_modele(recu.chemin)]


def _nature_d_apres(nom: str) -> Nature:
    """Un guide peut être de tout type attendu : son extension dit devant quelle case le juger."""
    return Nature.QUANTITATIF if noms.extension(nom) in ATTENDUS[Nature.QUANTITATIF] else Nature.QUALITATIF


@transaction.atomic
def _enregistrer(publication: Publication, remplacee: Publication | None, acteur: Utilisateur | None) -> None:
    if remplacee:
        retirer(publication=remplacee, acteur=acteur)
    if publication.nature and _freres(publication).exists():
        raise DepotImpossible("Cette campagne a déjà ce modèle : remplacez-le plutôt.")
    publication.save()
    consigner(
        acteur=acteur,
        action="publication.mise_en_ligne",
        objet=publication,
        apres={"fichier": publication.nom_fichier, "sha256": publication.sha256},
    )


def _freres(publication: Publication) -> Any:
    if publication.campagne is None:
        raise DepotImpossible("Un modèle appartient à une campagne : choisissez laquelle.")
    # Deux agents qui publient ensemble se suivent.
    Campagne.objects.select_for_update().get(pk=publication.campagne.pk)
    return Publication.objects.en_ligne().filter(
        campagne=publication.campagne, categorie=publication.categorie, nature=publication.nature
    )
