"""Réunir deux comptes d'une même personne : l'un reprend tout, l'autre se ferme."""

from collections.abc import Iterable

from django.db import transaction

from accounts import courriels, prolongements
from accounts.enums import EtatCompte, Fermeture
from accounts.erreurs import GesteRefuse
from accounts.models import Utilisateur
from accounts.permissions import refus_de_reunir
from accounts.services.commun import exiger_un_motif
from accounts.services.facteurs import oublier_facteurs
from accounts.services.fermeture import clore
from journal.services import consigner


def refus_de_fusion(gardee: Utilisateur, fermee: Utilisateur) -> str:
    """Pourquoi ces comptes ne peuvent pas être réunis, ou rien."""
    refus = [refus_de_reunir(gardee, fermee), *(fusion.refus(gardee, fermee) for fusion in prolongements.fusions)]
    return next(filter(None, refus), "")


def apercu_de_fusion(gardee: Utilisateur, fermee: Utilisateur) -> list[str]:
    """Ce que la fusion ferait, en phrases."""
    return [*_propre(gardee, fermee), *(ligne for une in prolongements.fusions for ligne in une.apercu(gardee, fermee))]


def _propre(gardee: Utilisateur, fermee: Utilisateur) -> Iterable[str]:
    if fermee.structure and not gardee.structure:
        yield f"Structure d'appartenance : {fermee.structure}, reprise."
    if fermee.telephone and not gardee.telephone:
        yield f"Téléphone : {fermee.telephone_lisible}, repris."
    yield f"Le compte {fermee.identifiant} se ferme ; on entre avec {gardee.identifiant} et son mot de passe."


def fusionner(*, acteur: Utilisateur, gardee: Utilisateur, fermee: Utilisateur, motif: str) -> None:
    """Lève `GesteRefuse`."""
    exiger_un_motif(motif)
    with transaction.atomic():
        # Dans l'ordre des numéros : deux fusions croisées ne se bloquent pas l'une l'autre.
        comptes = Utilisateur.objects.select_for_update().filter(pk__in=[gardee.pk, fermee.pk]).order_by("pk")
        verrouilles = {compte.pk: compte for compte in comptes}
        gardee, fermee = verrouilles[gardee.pk], verrouilles[fermee.pk]
        if refus := refus_de_fusion(gardee, fermee):
            raise GesteRefuse(refus)
        apercu = apercu_de_fusion(gardee, fermee)
        for fusion in prolongements.fusions:
            fusion.deplacer(gardee, fermee, acteur)
        gardee.structure = gardee.structure or fermee.structure
        gardee.telephone = gardee.telephone or fermee.telephone
        gardee.save(update_fields=["structure", "telephone"])
        consigner(
            acteur=acteur,
            action="comptes.reunis",
            objet=gardee,
            apres={"ferme": fermee.identifiant, "motif": motif.strip(), "repris": apercu},
        )
        fermee.identites_externes.update(personne=gardee)
        # Ses preuves restent celles du compte fermé : le compte gardé n'en reçoit aucune.
        oublier_facteurs(fermee)
        if fermee.etat != EtatCompte.FERME:
            clore(fermee, acteur=acteur, raison=Fermeture.FUSION)
        courriels.comptes_reunis(gardee, fermee)
