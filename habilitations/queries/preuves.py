"""Ce qui aide à décider d'une demande."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Utilisateur
from courriels.enums import EtatCourriel
from courriels.models import Courriel
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
    # Les autres demandes de la personne, hors refus.
    autres: Sequence[Demande]
    # La dernière lettre à cette adresse n'a pas pu être remise.
    courriel_perdu_le: datetime | None


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
    siennes = Demande.objects.soumises().filter(demandeur=demande.demandeur_id).exclude(pk=demande.pk)
    siennes = siennes.select_related("profil__application")
    return Preuves(
        domaine=domaine,
        messagerie_publique=domaine in MESSAGERIES_PUBLIQUES,
        meme_domaine=sum(_domaine(personne) == domaine for personne in personnes),
        habilites=len(personnes),
        lieux=[
            Lieu(structure, structure.etat == EtatStructure.OUVERT, par_structure[structure.pk])
            for structure in structures
        ],
        refus=list(siennes.filter(etat=EtatDemande.REFUSEE).order_by("-decidee_le")[:5]),
        autres=list(siennes.exclude(etat=EtatDemande.REFUSEE).order_by("-soumise_le")[:5]),
        courriel_perdu_le=_courriel_perdu_le(demande.auteur),
    )


def _courriel_perdu_le(personne: Utilisateur) -> datetime | None:
    tentes = Courriel.objects.filter(
        destinataire=personne.courriel, etat__in=[EtatCourriel.ENVOYE, EtatCourriel.EN_ECHEC]
    )
    dernier = tentes.order_by("-cree_le", "-pk").only("etat", "cree_le").first()
    return dernier.cree_le if dernier and dernier.etat == EtatCourriel.EN_ECHEC else None


def _domaine(personne: Utilisateur) -> str:
    return personne.courriel.rpartition("@")[2]
