"""Ce qu'une personne tient dans une structure, et ce que l'export de ses données en dit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q

from accounts.models import Utilisateur
from accounts.prolongements import Ligne
from habilitations.enums import A_RETIRER, EtatDemande, EtatHabilitation
from habilitations.models import Demande, Habilitation
from structures.models import Structure


@dataclass(frozen=True)
class TenuDansUneStructure:
    habilitations: Sequence[Habilitation]
    demandes: Sequence[Demande]
    brouillons: Sequence[Demande]
    # La structure est celle d'appartenance, dite dans l'identité.
    appartenance: bool

    def __bool__(self) -> bool:
        return bool(self.habilitations or self.demandes or self.brouillons or self.appartenance)


def tenu_dans(personne: Utilisateur, structure: Structure) -> TenuDansUneStructure:
    demandes = list(
        Demande.objects.filter(demandeur=personne, structures=structure, etat__in=A_RETIRER).select_related(
            "profil__application"
        )
    )
    return TenuDansUneStructure(
        habilitations=list(
            Habilitation.objects.filter(
                titulaire=personne, structure=structure, etat=EtatHabilitation.ACTIVE
            ).select_related("profil__application", "structure")
        ),
        demandes=[demande for demande in demandes if demande.etat == EtatDemande.EN_ATTENTE],
        brouillons=[demande for demande in demandes if demande.etat != EtatDemande.EN_ATTENTE],
        appartenance=personne.structure_id == structure.pk,
    )


def structures_a_quitter(personne: Utilisateur) -> Sequence[Structure]:
    """Structures où la personne tient, attend ou prépare quelque chose, ou dont elle dit faire partie."""
    habilitations = Habilitation.objects.filter(titulaire=personne, etat=EtatHabilitation.ACTIVE)
    demandes = Demande.objects.filter(demandeur=personne, etat__in=A_RETIRER)
    return list(
        Structure.objects.filter(
            Q(pk__in=habilitations.values("structure"))
            | Q(pk__in=demandes.values("structures"))
            | Q(pk=personne.structure_id)
        ).order_by("nom")
    )


def demandes_exportees(personne: Utilisateur) -> Iterable[Ligne]:
    demandes = Demande.objects.filter(demandeur=personne).select_related("profil__application")
    for demande in demandes.prefetch_related("structures").order_by("creee_le"):
        yield {
            "numéro": demande.pk,
            "application": demande.profil.application.nom,
            "profil": demande.profil.nom,
            "type": demande.get_type_display(),
            "structures": ", ".join(str(structure) for structure in demande.structures.all()),
            "message": demande.message,
            "état": demande.get_etat_display(),
            "commencée le": demande.creee_le,
            "envoyée le": demande.soumise_le,
            "décidée le": demande.decidee_le,
            "motif": demande.motif,
        }


def habilitations_exportees(personne: Utilisateur) -> Iterable[Ligne]:
    habilitations = Habilitation.objects.filter(titulaire=personne).select_related("profil__application", "structure")
    for habilitation in habilitations.order_by("debut_le", "pk"):
        yield {
            "application": habilitation.profil.application.nom,
            "profil": habilitation.profil.nom,
            "structure": str(habilitation.structure or "toutes"),
            "état": habilitation.get_etat_display(),
            "depuis le": habilitation.debut_le,
            "jusqu'au": habilitation.fin_le,
            "close le": habilitation.close_le,
            "motif de fin": habilitation.motif,
        }
