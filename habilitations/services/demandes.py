"""Préparer, envoyer et retirer une demande."""

from django.db import transaction
from django.utils import timezone

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from habilitations import courriels
from habilitations.enums import A_ENVOYER, EtatDemande, NombreStructures, TypeDemande
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, Profil, StructureDemandee
from habilitations.queries import type_de
from habilitations.services.acceptation import accepter_par_regle
from habilitations.services.complements import fermer_complement
from habilitations.services.controles import (
    exiger_envoi_possible,
    exiger_nombre_de_structures,
    exiger_nouveaute,
    exiger_profil_propose,
    exiger_relecture,
    exiger_structure_admise,
)
from habilitations.services.delais import arreter, lancer
from habilitations.services.rappels import aviser
from habilitations.services.situation import situer
from habilitations.services.verrous import (
    PERSONNE_INCONNUE,
    exiger,
    relire_brouillon,
    relire_demande,
    verrouiller_personne,
)
from journal.services import Acteur, consigner
from structures.models import Structure


@transaction.atomic
def creer_brouillon(*, profil: Profil, acteur: Utilisateur | None) -> Demande:
    """Commence une demande pour `acteur`, ou reprend celle déjà commencée pour ce profil (double clic, onglets).

    `acteur` vaut None pour qui s'est inscrit avec l'adresse d'un compte existant : sa demande n'ira nulle part.
    """
    exiger_profil_propose(profil)
    numero = acteur.pk if acteur else PERSONNE_INCONNUE
    personne = verrouiller_personne(numero)
    if personne and personne.etat not in (EtatCompte.ACTIF, EtatCompte.A_CONFIRMER):
        # Fermé pendant que la page travaillait : ce qu'il laisserait, personne ne le retirerait.
        raise DemandeImpossible("Votre compte vient d'être fermé : rien n'a été enregistré.")
    brouillons = Demande.objects.brouillons().exclude(type=TypeDemande.RENOUVELLEMENT)
    commencee = brouillons.filter(demandeur=numero, profil=profil).first()
    if commencee:
        return commencee
    demande = Demande(demandeur=acteur, profil=profil)
    if profil.nombre_structures == NombreStructures.AUCUNE:
        exiger_nouveaute(demande, [])
    demande.save()
    consigner(acteur=acteur, action="demande.commencee", objet=demande, apres={"profil": str(profil)})
    return demande


@transaction.atomic
def choisir_profil(*, demande: Demande, profil: Profil, acteur: Acteur) -> Demande:
    """Change le profil d'un brouillon ; les structures que le nouveau profil n'accepte pas en sortent."""
    demande = relire_brouillon(demande)
    if demande.profil_id == profil.pk:
        return demande
    exiger_profil_propose(profil)
    avant, demande.profil = demande.profil, profil
    # Un autre profil n'a rien à prolonger : la demande redevient ordinaire.
    demande.type = TypeDemande.AJOUT_PROFIL
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
def ajouter_structure(*, demande: Demande, structure: Structure, acteur: Acteur) -> Demande:
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
def retirer_structure(*, demande: Demande, structure: Structure, acteur: Acteur) -> Demande:
    demande = relire_brouillon(demande)
    retirees, _ = demande.structures_demandees.filter(structure=structure).delete()
    if retirees:
        consigner(acteur=acteur, action="demande.structure_retiree", objet=demande, avant={"structure": str(structure)})
    return demande


@transaction.atomic
def enregistrer_message(*, demande: Demande, message: str, acteur: Acteur) -> Demande:
    demande = relire_brouillon(demande)
    demande.message = message
    demande.save()
    consigner(acteur=acteur, action="demande.message_ecrit", objet=demande, apres={"longueur": len(message)})
    return demande


@transaction.atomic
def soumettre(*, demande: Demande, acteur: Utilisateur, message: str | None = None, relu: str | None = None) -> Demande:
    """Envoie un brouillon aux gestionnaires : tout est vérifié de nouveau, un accusé et un avis partent.

    Une règle allumée peut l'accepter aussitôt : le courriel de la décision part seul.

    Lève `DemandeImpossible` si la demande ne peut pas partir ainsi, `TransitionInterdite` si elle est déjà partie.
    """
    demande = relire_demande(demande)
    exiger(demande, EtatDemande.EN_ATTENTE, depuis=A_ENVOYER)
    if demande.demandeur is None or not demande.demandeur.is_active:
        raise DemandeImpossible("Confirmez votre adresse courriel : la demande ne part qu'ensuite.")
    exiger_relecture(demande, relu)
    profil, avant = demande.profil, demande.etat
    structures = exiger_envoi_possible(demande)

    demande.type = type_de(demande)
    demande.sans_structure = profil.nombre_structures == NombreStructures.AUCUNE
    if message is not None:
        demande.message = message
    demande.etat, demande.soumise_le = EtatDemande.EN_ATTENTE, timezone.now()
    situer(demande)
    lancer(demande)
    demande.save()
    demande.structures_demandees.update(en_attente=True)
    consigner(
        acteur=acteur,
        action="demande.soumise",
        objet=demande,
        avant={"etat": avant},
        apres={
            "etat": demande.etat,
            "profil": str(profil),
            "structures": [str(structure) for structure in structures],
        },
    )
    if acceptee := accepter_par_regle(demande):
        return acceptee
    courriels.demande_recue(demande)
    aviser(demande)
    return demande


@transaction.atomic
def annuler(*, demande: Demande, acteur: Acteur) -> Demande:
    """Abandonne un brouillon, ou retire une demande que personne n'a encore décidée ; la question ouverte se ferme.

    `acteur` vaut None quand le compte du demandeur se ferme de lui-même.
    """
    demande = relire_demande(demande)
    exiger(demande, EtatDemande.ANNULEE)
    if demande.complement_ouvert:
        fermer_complement(demande)
    arreter(demande)
    avant = demande.etat
    demande.etat, demande.annulee_le = EtatDemande.ANNULEE, timezone.now()
    demande.save()
    demande.structures_demandees.update(en_attente=False)
    consigner(
        acteur=acteur, action="demande.annulee", objet=demande, avant={"etat": avant}, apres={"etat": demande.etat}
    )
    return demande
