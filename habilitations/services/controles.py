"""Ce qu'une demande doit respecter pour partir, et les structures pour y être ajoutées."""

from collections.abc import Collection

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime

from habilitations.enums import EtatDemande, NombreStructures
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, Habilitation, Profil, StructureDemandee
from habilitations.services.verrous import PERSONNE_INCONNUE
from structures.enums import EtatStructure
from structures.models import Structure


def exiger_envoi_possible(demande: Demande) -> list[Structure]:
    """Tout ce qui fut vérifié pas à pas l'est de nouveau ; rend les structures demandées."""
    structures = list(demande.structures.select_related("type", "categorie"))
    exiger_profil_propose(demande.profil)
    exiger_nombre_de_structures(demande.profil, len(structures))
    for structure in structures:
        exiger_structure_admise(demande.profil, structure)
    exiger_nouveaute(demande, structures)
    return structures


def exiger_profil_propose(profil: Profil) -> None:
    if not (profil.ouvert and profil.application.ouverte):
        raise DemandeImpossible(
            f"Le profil « {profil.nom} » de {profil.application.nom} n'est plus proposé : choisissez-en un autre."
        )


def exiger_structure_admise(profil: Profil, structure: Structure) -> None:
    """La structure est ouverte, d'un type et d'une catégorie que le profil accepte."""
    if structure.etat != EtatStructure.OUVERT:
        raise DemandeImpossible(
            f"{structure} est {structure.get_etat_display()} : choisissez la structure qui a repris son activité."
        )
    if not profil.types_structure.filter(pk=structure.type_id).exists():
        raise DemandeImpossible(
            f"Le profil « {profil.nom} » n'accepte pas le type de {structure} ({structure.type.libelle})."
        )
    categories = profil.categories.filter(type=structure.type_id)
    if categories and structure.categorie not in categories:
        attendues = " ou ".join(categorie.libelle_court for categorie in categories)
        raise DemandeImpossible(
            f"{structure} n'est pas de catégorie {attendues} : vérifiez que vous avez choisi le bon établissement."
        )


def exiger_nombre_de_structures(profil: Profil, nombre: int) -> None:
    if profil.nombre_structures == NombreStructures.AUCUNE and nombre:
        raise DemandeImpossible(f"Le profil « {profil.nom} » n'attend aucune structure : retirez-les.")
    if profil.nombre_structures != NombreStructures.AUCUNE and not nombre:
        raise DemandeImpossible("Ajoutez au moins une structure avant de continuer.")
    if profil.nombre_structures == NombreStructures.UNE and nombre > 1:
        raise DemandeImpossible(f"Le profil « {profil.nom} » n'accepte qu'une structure : retirez les autres.")


def exiger_nouveaute(demande: Demande, structures: Collection[Structure]) -> None:
    """Ni droit en vigueur, ni autre demande en attente, pour le même profil et l'une de ces structures."""
    profil, demandeur = demande.profil, demande.demandeur_id or PERSONNE_INCONNUE
    droits = Habilitation.objects.actives().filter(titulaire=demandeur, profil=profil)
    if profil.nombre_structures == NombreStructures.AUCUNE:
        if droits.filter(structure=None).exists():
            raise DemandeImpossible(f"Vous avez déjà l'habilitation « {profil.nom} » ({profil.application.nom}).")
        en_attente = Demande.objects.en_attente().filter(demandeur=demandeur, profil=profil).first()
        if en_attente:
            raise DemandeImpossible(f"Votre demande « {profil.nom} » du {_le(en_attente)} attend déjà une décision.")
        return
    droit = droits.filter(structure__in=structures).select_related("structure").first()
    if droit:
        raise DemandeImpossible(f"Vous avez déjà l'habilitation « {profil.nom} » pour {droit.structure}.")
    autre = (
        StructureDemandee.objects.filter(
            Q(demande__etat=EtatDemande.EN_ATTENTE), demandeur=demandeur, profil=profil, structure__in=structures
        )
        .exclude(demande=demande.pk)
        .select_related("structure", "demande")
        .first()
    )
    if autre:
        raise DemandeImpossible(
            f"Votre demande « {profil.nom} » du {_le(autre.demande)} pour {autre.structure} attend déjà une décision."
        )


def _le(demande: Demande) -> str:
    return date_format(localtime(demande.soumise_le), "d/m/Y") if demande.soumise_le else ""
