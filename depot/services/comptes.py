"""Ce que deviennent les dépôts quand deux comptes n'en font plus qu'un."""

from collections.abc import Iterable

from accounts.models import Utilisateur
from depot.models import DepotAConfirmer, Document, Prolongation, Publication
from journal.services import Acteur


def apercu_de_fusion(gardee: Utilisateur, fermee: Utilisateur) -> Iterable[str]:
    if nombre := Document.objects.filter(deposant=fermee).count():
        yield f"{nombre} document(s) déposé(s) : repris."


def fusionner(gardee: Utilisateur, fermee: Utilisateur, acteur: Acteur) -> None:
    """Les deux personnes sont verrouillées par l'appelant."""
    Document.objects.filter(deposant=fermee).update(deposant=gardee)
    Document.objects.filter(supprime_par=fermee).update(supprime_par=gardee)
    # Deux comptes ont pu envoyer le même classeur : celui du compte fermé s'efface alors avec les autres oublis.
    for attente in DepotAConfirmer.objects.filter(deposant=fermee):
        memes = DepotAConfirmer.objects.filter(
            deposant=gardee, structure=attente.structure_id, campagne=attente.campagne_id, sha256=attente.sha256
        )
        if not memes.filter(nature=attente.nature).exists():
            attente.deposant = gardee
            attente.save(update_fields=["deposant"])
    Publication.objects.filter(publie_par=fermee).update(publie_par=gardee)
    Prolongation.objects.filter(accordee_par=fermee).update(accordee_par=gardee)
