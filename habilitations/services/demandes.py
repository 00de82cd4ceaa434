"""Préparer, envoyer et retirer une demande."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations import courriels
from habilitations.enums import EtatDemande, NombreStructures, TypeDemande
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, Habilitation, Profil, StructureDemandee
from habilitations.queries import gestionnaires_couvrant
from habilitations.services.controles import (
    exiger_nombre_de_structures,
    exiger_nouveaute,
    exiger_profil_propose,
    exiger_structure_admise,
)
from habilitations.services.verrous import exiger, relire_brouillon, relire_demande, verrouiller_personne
from journal.services import consigner
from structures.models import Structure


@transaction.atomic
def creer_brouillon(*, profil: Profil, acteur: Utilisateur) -> Demande:
    """Commence une demande pour `acteur`, ou reprend celle déjà commencée pour ce profil (double clic, onglets)."""
    exiger_profil_propose(profil)
    verrouiller_personne(acteur.pk)
    commencee = Demande.objects.brouillons().filter(demandeur=acteur, profil=profil).first()
    if commencee:
        return commencee
    demande = Demande(demandeur=acteur, profil=profil)
    if profil.nombre_structures == NombreStructures.AUCUNE:
        exiger_nouveaute(demande, [])
    demande.save()
    consigner(acteur=acteur, action="demande.commencee", objet=demande, apres={"profil": str(profil)})
    return demande


@transaction.atomic
def choisir_profil(*, demande: Demande, profil: Profil, acteur: Utilisateur) -> Demande:
    """Change le profil d'un brouillon ; les structures que le nouveau profil n'accepte pas en sortent."""
    demande = relire_brouillon(demande)
    if demande.profil_id == profil.pk:
        return demande
    exiger_profil_propose(profil)
    avant, demande.profil = demande.profil, profil
    if profil.nombre_structures == NombreStructures.AUCUNE:
        exiger_nouveaute(demande, [])
    demande.save()
    demande.structures_demandees.update(profil=profil)
    gardees = 0
    for demandee in demande.structures_demandees.select_related("structure__type"):
        try:
            _exiger_ajout_possible(demande, demandee.structure, deja=gardees)
            gardees += 1
        except DemandeImpossible:
            demandee.delete()
    consigner(
        acteur=acteur,
        action="demande.profil_choisi",
        objet=demande,
        avant={"profil": str(avant)},
        apres={"profil": str(profil)},
    )
    return demande


@transaction.atomic
def ajouter_structure(*, demande: Demande, structure: Structure, acteur: Utilisateur) -> Demande:
    """Ajoute une structure à un brouillon ; l'ajouter deux fois ne change rien.

    Lève `DemandeImpossible` si le profil ne l'accepte pas, si la personne y est déjà habilitée ou l'attend déjà.
    """
    demande = relire_brouillon(demande)
    if demande.structures_demandees.filter(structure=structure).exists():
        return demande
    _exiger_ajout_possible(demande, structure, deja=demande.structures_demandees.count())
    StructureDemandee.objects.create(
        demande=demande, structure=structure, demandeur=demande.demandeur, profil=demande.profil
    )
    consigner(acteur=acteur, action="demande.structure_ajoutee", objet=demande, apres={"structure": str(structure)})
    return demande


def _exiger_ajout_possible(demande: Demande, structure: Structure, *, deja: int) -> None:
    exiger_nombre_de_structures(demande.profil, deja + 1)
    exiger_structure_admise(demande.profil, structure)
    exiger_nouveaute(demande, [structure])


@transaction.atomic
def retirer_structure(*, demande: Demande, structure: Structure, acteur: Utilisateur) -> Demande:
    demande = relire_brouillon(demande)
    retirees, _ = demande.structures_demandees.filter(structure=structure).delete()
    if retirees:
        consigner(acteur=acteur, action="demande.structure_retiree", objet=demande, avant={"structure": str(structure)})
    return demande


@transaction.atomic
def enregistrer_message(*, demande: Demande, message: str, acteur: Utilisateur) -> Demande:
    demande = relire_brouillon(demande)
    demande.message = message
    demande.save()
    consigner(acteur=acteur, action="demande.message_ecrit", objet=demande, apres={"longueur": len(message)})
    return demande


@transaction.atomic
def soumettre(*, demande: Demande, acteur: Utilisateur, message: str | None = None) -> Demande:
    """Envoie un brouillon aux gestionnaires : tout est vérifié de nouveau, un accusé et un avis partent.

    Lève `DemandeImpossible` si la demande ne peut pas partir ainsi, `TransitionInterdite` si elle est déjà partie.
    """
    demande = relire_demande(demande)
    exiger(demande, EtatDemande.EN_ATTENTE)
    profil = demande.profil
    structures = list(demande.structures.select_related("type", "categorie"))
    exiger_profil_propose(profil)
    exiger_nombre_de_structures(profil, len(structures))
    for structure in structures:
        exiger_structure_admise(profil, structure)
    exiger_nouveaute(demande, structures)

    deja_tenu = Habilitation.objects.actives().filter(titulaire=demande.demandeur, profil=profil).exists()
    demande.type = TypeDemande.AJOUT_STRUCTURES if deja_tenu else TypeDemande.AJOUT_PROFIL
    demande.sans_structure = profil.nombre_structures == NombreStructures.AUCUNE
    if message is not None:
        demande.message = message
    demande.etat, demande.soumise_le = EtatDemande.EN_ATTENTE, timezone.now()
    demande.save()
    demande.structures_demandees.update(en_attente=True)
    consigner(
        acteur=acteur,
        action="demande.soumise",
        objet=demande,
        avant={"etat": EtatDemande.BROUILLON},
        apres={
            "etat": demande.etat,
            "profil": str(profil),
            "structures": [str(structure) for structure in structures],
        },
    )
    courriels.demande_recue(demande)
    for gestionnaire in gestionnaires_couvrant(demande):
        courriels.demande_a_traiter(demande, gestionnaire)
    return demande


@transaction.atomic
def annuler(*, demande: Demande, acteur: Utilisateur | None) -> Demande:
    """Abandonne un brouillon, ou retire une demande que personne n'a encore décidée.

    `acteur` vaut None quand le compte du demandeur se ferme de lui-même.
    """
    demande = relire_demande(demande)
    exiger(demande, EtatDemande.ANNULEE)
    avant = demande.etat
    demande.etat, demande.annulee_le = EtatDemande.ANNULEE, timezone.now()
    demande.save()
    demande.structures_demandees.update(en_attente=False)
    consigner(
        acteur=acteur, action="demande.annulee", objet=demande, avant={"etat": avant}, apres={"etat": demande.etat}
    )
    return demande
