"""Ce qui aide à décider d'une demande."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import Utilisateur
from habilitations.enums import EtatDemande
from habilitations.models import Demande, Habilitation
from structures.enums import EtatStructure
from structures.models import Structure

# Messageries ouvertes à tous : partager leur domaine ne dit rien de l'employeur.
MESSAGERIES_PUBLIQUES = frozenset(
    {
        "gmail.com",
        "outlook.com",
        "outlook.fr",
        "hotmail.com",
        "hotmail.fr",
        "live.fr",
        "yahoo.com",
        "yahoo.fr",
        "icloud.com",
        "orange.fr",
        "wanadoo.fr",
        "free.fr",
        "sfr.fr",
        "laposte.net",
        "bbox.fr",
        "protonmail.com",
        "proton.me",
    }
)


@dataclass(frozen=True)
class Lieu:
    """Une structure demandée, et qui y est déjà habilité."""

    structure: Structure
    est_ouverte: bool
    habilites: Sequence[Habilitation]


@dataclass(frozen=True)
class Preuves:
    domaine: str
    messagerie_publique: bool
    # Autres personnes habilitées dans les structures demandées : combien partagent le domaine, sur combien.
    meme_domaine: int
    habilites: int
    lieux: Sequence[Lieu]
    refus: Sequence[Demande]


def preuves(demande: Demande) -> Preuves:
    structures = list(demande.structures.all())
    par_structure: dict[int | None, list[Habilitation]] = defaultdict(list)
    droits = (
        Habilitation.objects.actives()
        .filter(structure__in=structures)
        .exclude(titulaire=demande.demandeur_id)
        .select_related("titulaire", "profil__application")
        .order_by("titulaire__nom", "titulaire__prenom")
    )
    for droit in droits:
        par_structure[droit.structure_id].append(droit)
    personnes = {droit.titulaire for habilites in par_structure.values() for droit in habilites}
    domaine = _domaine(demande.auteur)
    return Preuves(
        domaine=domaine,
        messagerie_publique=domaine in MESSAGERIES_PUBLIQUES,
        meme_domaine=sum(_domaine(personne) == domaine for personne in personnes),
        habilites=len(personnes),
        lieux=[
            Lieu(structure, structure.etat == EtatStructure.OUVERT, par_structure[structure.pk])
            for structure in structures
        ],
        refus=list(
            Demande.objects.filter(demandeur=demande.demandeur_id, etat=EtatDemande.REFUSEE)
            .exclude(pk=demande.pk)
            .select_related("profil__application")
            .order_by("-decidee_le")[:5]
        ),
    )


def _domaine(personne: Utilisateur) -> str:
    return personne.courriel.rpartition("@")[2]
