"""Relancer les personnes dont les structures n'ont pas tout remis."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import Utilisateur
from depot import courriels, queries
from depot.enums import PublicDeRelance
from depot.erreurs import DepotImpossible
from depot.models import Campagne, Relance
from journal.services import consigner
from structures.models import Region


@dataclass(frozen=True)
class Tournee:
    """Combien de personnes viennent d'être relancées, et combien l'avaient déjà été aujourd'hui."""

    relancees: int
    deja: int


@transaction.atomic
def relancer(*, campagne: Campagne, public: PublicDeRelance, region: Region | None, acteur: Utilisateur) -> Tournee:
    """Un courriel par personne, pour toutes ses structures. Deux agents au même moment ne relancent qu'une fois.

    Lève `DepotImpossible` si la campagne n'est pas commencée.
    """
    campagne = Campagne.objects.select_for_update().get(pk=campagne.pk)
    if campagne.est_a_venir:
        raise DepotImpossible(f"La campagne {campagne.annee} n'est pas ouverte : il n'y a personne à relancer.")
    vise = queries.public_de_relance(campagne, public, region)
    destinataires = vise.destinataires(vise.a_relancer)
    for destinataire in destinataires:
        relance = Relance.objects.create(
            campagne=campagne,
            destinataire=destinataire.personne,
            envoyee_par=acteur,
            courriel=courriels.relance(campagne, destinataire),
        )
        relance.structures.set([attente.ligne.structure for attente in destinataire.structures])
    nombre = len(destinataires)
    if nombre:
        consigner(
            acteur=acteur,
            action="campagne.relancee",
            objet=campagne,
            apres={"public": public.label, "region": str(region or "France entière"), "personnes": nombre},
        )
    return Tournee(nombre, len(vise.personnes) - len(vise.a_relancer))
