"""Les courriels des demandes et des habilitations ; chacun s'écrit dans la transaction de ce qui le motive."""

from django.conf import settings
from django.urls import reverse

from accounts.models import Utilisateur
from courriels.services import ecrire
from habilitations.models import Demande, Habilitation
from habilitations.queries import TenuDansUneStructure
from structures.models import Structure


def demande_recue(demande: Demande) -> None:
    _au_demandeur(demande, "demande_recue")


def demande_acceptee(demande: Demande) -> None:
    _au_demandeur(demande, "demande_acceptee")


def demande_refusee(demande: Demande) -> None:
    _au_demandeur(demande, "demande_refusee")


def demande_rendue(demande: Demande, motif: str) -> None:
    _au_demandeur(demande, "demande_rendue", motif=motif, adresse=_adresse("habilitations:reprendre", demande.pk))


def demande_a_traiter(demande: Demande, gestionnaire: Utilisateur) -> None:
    ecrire(
        destinataire=gestionnaire.courriel,
        modele="habilitations/courriels/demande_a_traiter",
        contexte={
            "gestionnaire": gestionnaire,
            "demande": demande,
            "structures": demande.structures.all(),
            "adresse": _adresse("habilitations:traiter", demande.pk),
        },
    )


def habilitation_revoquee(habilitation: Habilitation) -> None:
    ecrire(
        destinataire=habilitation.titulaire.courriel,
        modele="habilitations/courriels/habilitation_revoquee",
        contexte={"habilitation": habilitation, "adresse": _adresse("habilitations:mes_habilitations")},
    )


def structure_quittee(personne: Utilisateur, structure: Structure, tenu: TenuDansUneStructure) -> None:
    ecrire(
        destinataire=personne.courriel,
        modele="habilitations/courriels/structure_quittee",
        contexte={"personne": personne, "structure": structure, "tenu": tenu},
    )


def _au_demandeur(demande: Demande, modele: str, **contexte: str) -> None:
    ecrire(
        destinataire=demande.auteur.courriel,
        modele=f"habilitations/courriels/{modele}",
        contexte={
            "demande": demande,
            "structures": demande.structures.all(),
            "adresse": _adresse("habilitations:demande", demande.pk),
        }
        | contexte,
    )


def _adresse(vue: str, *args: int) -> str:
    return f"{settings.SITE_URL}{reverse(vue, args=args)}"
