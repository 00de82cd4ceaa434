"""Ce qu'une personne tient dans une structure, et ce que l'export de ses données en dit."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.timezone import localtime

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from accounts.prolongements import Ligne
from habilitations.enums import A_RETIRER, NON_DECIDEES, EtatHabilitation
from habilitations.models import Demande, Habilitation, Profil
from structures.models import Structure


@dataclass(frozen=True)
class TenuDansUneStructure:
    habilitations: Sequence[Habilitation]
    demandes: Sequence[Demande]
    brouillons: Sequence[Demande]
    # La structure est celle d'appartenance, dite dans l'identité.
    appartenance: bool

    @property
    def profils(self) -> list[Profil]:
        """Ce qui peut être remis : rien sans droit en vigueur ici, sinon les profils tenus, attendus ou commencés."""
        tenus = [droit.profil for droit in self.habilitations if droit.etat == EtatHabilitation.ACTIVE]
        autres = [demande.profil for demande in [*self.demandes, *self.brouillons]]
        return list(dict.fromkeys([*tenus, *autres])) if tenus else []

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
            Habilitation.objects.tenues()
            .filter(titulaire=personne, structure=structure)
            .select_related("profil__application", "structure")
        ),
        demandes=[demande for demande in demandes if demande.etat in NON_DECIDEES],
        brouillons=[demande for demande in demandes if demande.etat not in NON_DECIDEES],
        appartenance=personne.structure_id == structure.pk,
    )


# Au-delà, la personne donne l'adresse de qui prend sa suite.
COLLEGUES_MONTRES = 20


def collegues(personne: Utilisateur, structure: Structure) -> list[Utilisateur]:
    """D'autres personnes habilitées dans la structure, à qui remettre ce que l'on y tient."""
    habilites = Habilitation.objects.actives().filter(structure=structure).exclude(titulaire=personne)
    actives = Utilisateur.objects.filter(pk__in=habilites.values("titulaire"), etat=EtatCompte.ACTIF)
    return list(actives.order_by("nom", "prenom")[:COLLEGUES_MONTRES])


def structures_a_quitter(personne: Utilisateur) -> Sequence[Structure]:
    """Structures où la personne tient, attend ou prépare quelque chose, ou dont elle dit faire partie."""
    habilitations = Habilitation.objects.tenues().filter(titulaire=personne)
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
    for demande in demandes.prefetch_related("structures", "complements").order_by("creee_le"):
        yield {
            "numéro": demande.pk,
            "application": demande.profil.application.nom,
            "profil": demande.profil.nom,
            "type": demande.get_type_display(),
            "structures": ", ".join(str(structure) for structure in demande.structures.all()),
            "message": demande.message,
            "précisions": "\n\n".join(
                f"Question du {date_format(localtime(complement.demande_le), 'd/m/Y')} : {complement.questions}\n"
                f"Réponse : {complement.reponse}"
                for complement in demande.complements.all()
            ),
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
