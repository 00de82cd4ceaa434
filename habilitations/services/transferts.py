"""Transférer les droits d'un établissement fermé ou fusionné vers son successeur : tout, ou rien."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations import courriels
from habilitations.enums import EtatHabilitation
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Habilitation
from habilitations.queries import Transfert, transfert
from habilitations.services.droits import clore
from habilitations.services.verrous import relire_habilitation, verrouiller_personnes
from journal.services import consigner
from structures.models import Structure


@transaction.atomic
def transferer(*, structure: Structure, acteur: Utilisateur, annonce: frozenset[int] | None = None) -> Transfert:
    """Passe au successeur les droits de `structure` que ses portefeuilles confient à `acteur` ; rend ce qui a passé.

    `annonce` : les numéros des habilitations que l'aperçu montrait ; s'ils ont changé, rien ne se fait. Chaque
    personne reçoit un courriel. L'ancienne habilitation reste, close ; la nouvelle garde sa fin et sa suspension.

    Lève `DemandeImpossible` au premier obstacle.
    """
    concernees = transfert(acteur, structure).passages
    verrouiller_personnes([passage.habilitation.titulaire_id for passage in concernees])
    relu = transfert(acteur, Structure.objects.select_related("successeur").get(pk=structure.pk))
    numeros = frozenset(passage.habilitation.pk for passage in relu.passages)
    if annonce is not None and numeros != annonce:
        raise DemandeImpossible("Les habilitations de cet établissement viennent de changer : relisez l'aperçu.")
    if relu.successeur is None:
        raise DemandeImpossible("Aucun successeur n'est désigné : le support peut le faire.")
    if not relu.est_possible:
        obstacle = next((passage.obstacle for passage in relu.passages if passage.obstacle), "")
        raise DemandeImpossible(obstacle or "Il n'y a plus d'habilitation à transférer ici.")
    par_personne: dict[Utilisateur, list[Habilitation]] = {}
    for passage in relu.passages:
        passee = _passer(passage.habilitation, relu.successeur, acteur, deja_tenue=passage.deja_tenue)
        par_personne.setdefault(passee.titulaire, []).append(passee)
    for personne, passees in par_personne.items():
        courriels.habilitations_transferees(personne, passees, structure, relu.successeur)
    consigner(
        acteur=acteur,
        action="structure.transferee",
        objet=structure,
        apres={"successeur": str(relu.successeur), "habilitations": sorted(numeros)},
    )
    return relu


def _passer(ancienne: Habilitation, successeur: Structure, acteur: Utilisateur, *, deja_tenue: bool) -> Habilitation:
    ancienne = relire_habilitation(ancienne)
    etat, suspendue_le, motif = ancienne.etat, ancienne.suspendue_le, ancienne.motif
    clore(ancienne, EtatHabilitation.TRANSFEREE, acteur=acteur, motif=f"Transférée à {successeur}.")
    if deja_tenue:
        return ancienne
    # Échu sans que la tournée de nuit l'ait encore fermé, il prendrait la place du nouveau.
    for echue in Habilitation.objects.tenues().filter(
        titulaire=ancienne.titulaire, profil=ancienne.profil, structure=successeur
    ):
        clore(echue, EtatHabilitation.EXPIREE, acteur=None)
    nouvelle = Habilitation.objects.create(
        titulaire=ancienne.titulaire,
        profil=ancienne.profil,
        structure=successeur,
        demande=ancienne.demande,
        etat=etat,
        suspendue_le=suspendue_le,
        motif=motif,
        debut_le=timezone.localdate(),
        fin_le=ancienne.fin_le,
        avis_jours=ancienne.avis_jours,
    )
    consigner(
        acteur=acteur,
        action="habilitation.ouverte",
        objet=nouvelle,
        apres={"titulaire": str(nouvelle.titulaire), "transferee_de": ancienne.pk, "fin_le": nouvelle.fin_le},
    )
    return ancienne
