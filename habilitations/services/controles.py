"""Ce qu'une demande doit respecter pour partir, et les structures pour y être ajoutées."""

from collections.abc import Collection

from django.utils.formats import date_format
from django.utils.timezone import localtime

from habilitations.enums import A_RENOUVELER, NON_DECIDEES, EtatHabilitation, NombreStructures, TypeDemande
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande, Habilitation, Profil, StructureDemandee
from habilitations.queries import contenu
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


def exiger_relecture(demande: Demande, relu: str | None) -> None:
    """`relu` : ce que montrait le récapitulatif d'où l'on envoie (`queries.contenu`) ; None sans récapitulatif."""
    if relu is not None and relu != contenu(demande):
        raise DemandeImpossible(
            "Votre demande a changé dans un autre onglet : la voici telle qu'elle est. Relisez-la, puis envoyez-la."
        )


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
    """Ni droit déjà tenu, ni autre demande en attente, pour le même profil et l'une de ces structures.

    Un renouvellement, lui, ne porte que sur des droits que la personne tient, ou qui sont venus à échéance.
    """
    droits = Habilitation.objects.filter(titulaire=demande.demandeur_id, profil=demande.profil)
    derniers = {droit.structure_id: droit for droit in droits.exclude(etat=EtatHabilitation.ANNULEE).order_by("pk")}
    controle = _exiger_un_droit if demande.type == TypeDemande.RENOUVELLEMENT else _exiger_aucun_droit
    if demande.profil.nombre_structures == NombreStructures.AUCUNE:
        controle(derniers.get(None), f"« {demande.profil.nom} » ({demande.profil.application.nom})")
    for structure in structures:
        controle(derniers.get(structure.pk), f"« {demande.profil.nom} » pour {structure}")
    _exiger_aucune_attente(demande, structures)


def _exiger_aucun_droit(dernier: Habilitation | None, nom: str) -> None:
    if dernier and dernier.etat == EtatHabilitation.SUSPENDUE:
        raise DemandeImpossible(f"Votre habilitation {nom} est suspendue : {dernier.motif}")
    if dernier and dernier.etat == EtatHabilitation.ACTIVE and not dernier.est_echue:
        raise DemandeImpossible(f"Vous avez déjà l'habilitation {nom}.")


def _exiger_un_droit(dernier: Habilitation | None, nom: str) -> None:
    if dernier and dernier.etat == EtatHabilitation.SUSPENDUE:
        raise DemandeImpossible(f"Votre habilitation {nom} est suspendue : {dernier.motif}")
    if dernier is None or dernier.etat not in A_RENOUVELER:
        raise DemandeImpossible(
            f"Vous ne tenez pas l'habilitation {nom} : un renouvellement ne peut pas la prolonger. "
            "Faites une autre demande."
        )


def _exiger_aucune_attente(demande: Demande, structures: Collection[Structure]) -> None:
    profil, demandeur = demande.profil, demande.demandeur_id
    if profil.nombre_structures == NombreStructures.AUCUNE:
        en_attente = (
            Demande.objects.non_decidees().filter(demandeur=demandeur, profil=profil).exclude(pk=demande.pk).first()
        )
        if en_attente:
            raise DemandeImpossible(f"Votre demande « {profil.nom} » du {_le(en_attente)} attend déjà une décision.")
        return
    autre = (
        StructureDemandee.objects.filter(
            demande__etat__in=NON_DECIDEES, demandeur=demandeur, profil=profil, structure__in=structures
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
