"""Déposer : juger, garder, en donner reçu."""

from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.files.base import File
from django.db import transaction

from accounts.models import Utilisateur
from depot import courriels, queries
from depot.enums import CATEGORIES, ECARTES, EtatCampagne, EtatDocument, NatureDocument
from depot.erreurs import AConfirmer, DepotImpossible, FichierRefuse
from depot.juge import enclos, noms
from depot.juge.verdicts import Issue, Nature, nature_de, refuser, trop_gros
from depot.models import Campagne, Delai, DepotAConfirmer, Document, DocumentQuerySet
from depot.services import analyses, classeurs
from depot.services.classeurs import Commentaires, Examen
from depot.services.etats import passer
from depot.services.fichiers import oublier, ranger, ranger_sous
from depot.stockage import Arrivee, recevoir
from journal.services import consigner
from structures.models import Structure


@dataclass(frozen=True)
class Envoi:
    """Ce que la personne envoie : un fichier, pour qui, et dans quelle case (vide : son contenu le dira).

    `commentaires` : les raisons données aux avertissements d'un classeur (voir `classeurs`).
    `cle`, choisie par la page, est celle d'un seul envoi : le rejouer après une coupure rend le même document.
    """

    campagne: Campagne
    structure: Structure
    fichier: File[Any]
    nature: NatureDocument | None = None
    cle: str = ""
    commentaires: Commentaires = field(default_factory=dict)


def deposer(*, envoi: Envoi, acteur: Utilisateur) -> Document:
    """Juge le fichier, le garde et en donne reçu par courriel. Au retour, il est entier sur le disque.

    Le même fichier envoyé deux fois (double clic, envoi rejoué) rend le même document.
    Lève `FichierRefuse` (rien n'est gardé), `AConfirmer` (le classeur attend des raisons), `StockagePlein` ou
    `DepotImpossible`.
    """
    _delai_ouvert(envoi.campagne, envoi.structure)
    with recevoir(envoi.fichier) as arrivee:
        if deja := _deja_recu(envoi, arrivee, acteur):
            return deja
        _exiger_place(envoi.campagne, envoi.structure, arrivee.taille)
        document = _juger(envoi, arrivee)
        document.deposant = acteur
        examen = classeurs.examiner(document, arrivee.chemin)
        if not examen.lu:
            document.avis = "\n".join(filter(None, [document.avis, classeurs.ILLISIBLE]))
        if examen.sans_raison(envoi.commentaires):
            emplacement = ranger_sous(DepotAConfirmer.nouvel_emplacement(), arrivee)
            raise AConfirmer(classeurs.mettre_en_attente(document, emplacement, examen))
        return _garder(document, arrivee, examen, envoi.commentaires)


def _deja_recu(envoi: Envoi, arrivee: Arrivee, acteur: Utilisateur) -> Document | None:
    if not envoi.cle or arrivee.trop_gros:
        return None
    envois = Document.objects.filter(deposant=acteur, cle_envoi=envoi.cle, sha256=arrivee.sha256)
    envois = envois.filter(campagne=envoi.campagne, structure=envoi.structure)
    return (envois.filter(nature=envoi.nature) if envoi.nature else envois).first()


def _juger(envoi: Envoi, arrivee: Arrivee) -> Document:
    """Le document que devient un fichier accepté, ou que le juge n'a pas pu lire. Lève `FichierRefuse`."""
    nom = noms.nettoyer(envoi.fichier.name or "")
    case = Nature(envoi.nature) if envoi.nature else None
    if arrivee.trop_gros:
        verdict = refuser(trop_gros(arrivee.taille), case, settings.DEPOT_TAILLE_MAX)
    else:
        verdict = enclos.juger(arrivee.chemin, case, nom, settings.DEPOT_TAILLE_MAX)
    if verdict.issue is Issue.REFUSE:
        raise FichierRefuse(verdict.phrase)
    document = Document(
        reference=Document.nouvelle_reference(envoi.campagne.annee),
        campagne=envoi.campagne,
        structure=envoi.structure,
        nature=envoi.nature or nature_de(verdict.type or noms.extension(nom)).value,
        cle_envoi=envoi.cle,
        nom_fichier=noms.avec_extension(nom, verdict.type) if verdict.type else nom,
        type=verdict.type or "",
        taille=arrivee.taille,
        sha256=arrivee.sha256,
        avis="\n".join(verdict.avis),
    )
    passer(document, EtatDocument.CONTROLE if verdict.issue is Issue.ACCEPTE else EtatDocument.EXAMEN_MANUEL)
    return document


def _garder(document: Document, arrivee: Arrivee, examen: Examen, commentaires: Commentaires) -> Document:
    """Le fichier d'abord, sur le disque ; la ligne ensuite. Sans la ligne, le fichier est repris."""
    document.fichier.name = ranger(arrivee)
    try:
        garde = _enregistrer(document, examen, commentaires)
        if garde is not document:
            oublier(document.emplacement)
        return garde
    except BaseException:
        # Une panne survenue après la validation n'efface pas un fichier dont la personne a reçu le récépissé.
        if not Document.objects.filter(reference=document.reference).exists():
            oublier(document.emplacement)
        raise


@transaction.atomic
def _enregistrer(document: Document, examen: Examen, commentaires: Commentaires) -> Document:
    """Rend le document enregistré, ou la version précédente si c'est le même fichier."""
    # Les dépôts d'une même structure se suivent : chacun a son numéro de version.
    Structure.objects.select_for_update(no_key=True).get(pk=document.structure_id, categorie__in=CATEGORIES)
    document.en_retard = _delai_ouvert(Campagne.objects.get(pk=document.campagne_id), document.structure).est_en_retard
    freres = Document.objects.filter(
        structure=document.structure_id, campagne=document.campagne_id, nature=document.nature
    )
    derniere = freres.order_by("version").last()
    if rejoue := _rejoue(freres, derniere, document):
        return rejoue
    _exiger_place(document.campagne, document.structure, document.taille)
    document.version = derniere.version + 1 if derniere else 1
    document.save()
    classeurs.garder_les_chiffres(document, examen, commentaires)
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
            "en_retard": document.en_retard,
        },
    )
    courriels.recepisse(document)
    if document.etat == EtatDocument.CONTROLE:
        transaction.on_commit(lambda: analyses.reveiller(document), robust=True)
    return document


def _rejoue(freres: DocumentQuerySet, derniere: Document | None, document: Document) -> Document | None:
    """Le document que cet envoi a déjà donné : même clé, ou même personne qui vient de déposer le même fichier."""
    envoi = (document.sha256, document.deposant_id)
    if document.cle_envoi:
        memes = freres.filter(cle_envoi=document.cle_envoi, sha256=document.sha256, deposant=document.deposant_id)
        if envoye := memes.first():
            return envoye
    if derniere and (derniere.sha256, derniere.deposant_id) == envoi:
        return derniere if derniere.supprime_le is None and derniere.etat not in ECARTES else None
    return None


def _exiger_place(campagne: Campagne, structure: Structure, taille: int) -> None:
    """Lève `DepotImpossible` si la structure a déjà déposé son quota de l'année, corbeille comprise."""
    deja = queries.octets_deposes(campagne, structure)
    if deja + taille > settings.DEPOT_QUOTA:
        raise DepotImpossible(
            f"Votre structure a déjà déposé {deja // 1_000_000} Mo pour {campagne.annee}, sur "
            f"{settings.DEPOT_QUOTA // 1_000_000} Mo permis : écrivez à {settings.COURRIEL_SUPPORT}."
        )


def _delai_ouvert(campagne: Campagne, structure: Structure) -> Delai:
    """Le délai de la structure, s'il court encore. Lève `DepotImpossible`."""
    delai = queries.delai(campagne, structure)
    if not delai.est_ouvert:
        raise DepotImpossible(
            f"La campagne {campagne.annee} ouvre le {campagne.ouverte_le:%d/%m/%Y}."
            if campagne.etat == EtatCampagne.A_VENIR
            else f"La campagne {campagne.annee} est close : son échéance était le {delai.echeance_le:%d/%m/%Y}."
        )
    return delai
