"""Demander un complément : poser des questions, y répondre, les retirer. Rien ne se décide tant qu'une est ouverte."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations import courriels
from habilitations.enums import EtatDemande, NombreStructures
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Complement, Demande, StructureDemandee
from habilitations.queries import en_charge, gestionnaires_couvrant
from habilitations.services.controles import exiger_nombre_de_structures, exiger_nouveaute, exiger_structure_admise
from habilitations.services.delais import arreter, relancer
from habilitations.services.situation import situer
from habilitations.services.verrous import exiger, relire_demande
from journal.services import consigner
from structures.models import Structure


@transaction.atomic
def demander_complement(*, demande: Demande, acteur: Utilisateur, questions: str) -> Demande:
    """Pose des questions à qui a fait la demande, affectée dès lors à `acteur` : la réponse lui reviendra."""
    if not questions.strip():
        raise DemandeImpossible("Écrivez ce qu'il faut compléter : la personne le lira.")
    demande = relire_demande(demande)
    exiger(demande, EtatDemande.A_COMPLETER)
    complement = Complement.objects.create(demande=demande, auteur=acteur, questions=questions.strip())
    complement.structures.set(demande.structures.all())
    arreter(demande)
    demande.etat, demande.complement_ouvert, demande.affectee_a = EtatDemande.A_COMPLETER, complement, acteur
    demande.save()
    consigner(
        acteur=acteur,
        action="demande.a_completer",
        objet=demande,
        avant={"etat": EtatDemande.EN_ATTENTE},
        apres={"etat": demande.etat, "questions": complement.questions},
    )
    courriels.complement_demande(complement)
    return demande


@transaction.atomic
def retirer_complement(*, demande: Demande, acteur: Utilisateur) -> Demande:
    """Retire les questions sans attendre la réponse : la demande redevient décidable, telle qu'elle était."""
    demande = relire_demande(demande)
    complement = _ouvert(demande)
    fermer_complement(demande)
    _remettre_en_attente(demande, acteur, "demande.complement_retire")
    courriels.complement_retire(complement)
    return demande


@transaction.atomic
def enregistrer_reponse(*, demande: Demande, acteur: Utilisateur, reponse: str) -> Demande:
    """Garde le brouillon de la réponse : fermer le navigateur ne perd rien."""
    demande = relire_demande(demande)
    complement = _ouvert(demande)
    complement.reponse = reponse
    complement.save()
    consigner(acteur=acteur, action="demande.reponse_ecrite", objet=demande, apres={"longueur": len(reponse)})
    return demande


@transaction.atomic
def repondre(*, demande: Demande, acteur: Utilisateur, reponse: str) -> Demande:
    """Envoie la réponse, avec les structures qu'elle change ; la demande revient à qui elle est affectée.

    Si cette personne ne la couvre plus, la demande n'est plus affectée et toutes celles qui la couvrent sont avisées.
    """
    if not reponse.strip():
        raise DemandeImpossible("Écrivez votre réponse avant de l'envoyer.")
    demande = relire_demande(demande)
    complement = _ouvert(demande)
    ajoutees, retirees = _changer_les_structures(demande, complement)
    complement.reponse, complement.repondu_le = reponse.strip(), timezone.now()
    complement.save()
    if demande.affectee_a not in gestionnaires_couvrant(demande):
        demande.affectee_a = None
    _remettre_en_attente(
        demande,
        acteur,
        "demande.completee",
        structures_ajoutees=[str(structure) for structure in ajoutees],
        structures_retirees=[str(structure) for structure in retirees],
    )
    for gestionnaire in en_charge(demande):
        courriels.complement_apporte(complement, gestionnaire)
    return demande


@transaction.atomic
def proposer_structure(*, demande: Demande, structure: Structure, acteur: Utilisateur) -> Demande:
    """Ajoute une structure à la réponse en cours ; lève `DemandeImpossible` comme à l'ajout dans un brouillon."""
    demande = relire_demande(demande)
    complement = _ouvert(demande)
    if complement.structures.contains(structure):
        return demande
    exiger_nombre_de_structures(demande.profil, complement.structures.count() + 1)
    exiger_structure_admise(demande.profil, structure)
    exiger_nouveaute(demande, [structure])
    complement.structures.add(structure)
    consigner(acteur=acteur, action="demande.structure_proposee", objet=demande, apres={"structure": str(structure)})
    return demande


@transaction.atomic
def ecarter_structure(*, demande: Demande, structure: Structure, acteur: Utilisateur) -> Demande:
    """Retire une structure de la réponse en cours."""
    demande = relire_demande(demande)
    complement = _ouvert(demande)
    if complement.structures.contains(structure):
        complement.structures.remove(structure)
        consigner(acteur=acteur, action="demande.structure_ecartee", objet=demande, avant={"structure": str(structure)})
    return demande


def fermer_complement(demande: Demande) -> None:
    """Ferme la question restée sans réponse d'une demande relue sous verrou ; l'appelant enregistre la demande."""
    complement = _ouvert(demande)
    complement.retire_le = timezone.now()
    complement.save()
    demande.complement_ouvert = None


def _ouvert(demande: Demande) -> Complement:
    if demande.complement_ouvert is None:
        phrase = "" if demande.etat != EtatDemande.EN_ATTENTE else "Cette demande n'attend plus de réponse."
        raise TransitionInterdite(demande, phrase)
    return demande.complement_ouvert


def _remettre_en_attente(demande: Demande, acteur: Utilisateur, action: str, **apres: object) -> None:
    exiger(demande, EtatDemande.EN_ATTENTE, depuis=[EtatDemande.A_COMPLETER])
    relancer(demande)
    demande.etat, demande.complement_ouvert = EtatDemande.EN_ATTENTE, None
    demande.save()
    consigner(
        acteur=acteur,
        action=action,
        objet=demande,
        avant={"etat": EtatDemande.A_COMPLETER},
        apres={"etat": demande.etat} | {cle: valeur for cle, valeur in apres.items() if valeur},
    )


def _changer_les_structures(demande: Demande, complement: Complement) -> tuple[set[Structure], set[Structure]]:
    """Donne à la demande les structures de la réponse ; rend les ajoutées et les retirées.

    Celles que la demande avait déjà ne sont pas jugées de nouveau : la décision s'en charge.
    """
    if demande.profil.nombre_structures == NombreStructures.AUCUNE:
        return set(), set()
    avant, apres = set(demande.structures.all()), set(complement.structures.select_related("type", "categorie"))
    ajoutees, retirees = apres - avant, avant - apres
    exiger_nombre_de_structures(demande.profil, len(apres))
    for structure in ajoutees:
        exiger_structure_admise(demande.profil, structure)
    exiger_nouveaute(demande, ajoutees)
    demande.structures_demandees.filter(structure__in=retirees).delete()
    for structure in sorted(ajoutees, key=lambda structure: structure.pk):
        StructureDemandee.objects.create(
            demande=demande, structure=structure, demandeur=demande.demandeur, profil=demande.profil, en_attente=True
        )
    situer(demande)
    demande.save()
    return ajoutees, retirees
