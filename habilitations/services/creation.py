"""La demande faite en créant son compte : retenue jusqu'à la confirmation de l'adresse, puis envoyée ou rendue."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from habilitations import courriels
from habilitations.enums import EtatDemande
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Demande
from habilitations.services.controles import exiger_envoi_possible, exiger_relecture
from habilitations.services.demandes import soumettre
from habilitations.services.verrous import exiger, relire_demande
from journal.services import Acteur, consigner

# Au-delà, plus aucun navigateur ne tient la session qui remplissait une demande sans auteur.
OUBLI = timedelta(days=1)


@transaction.atomic
def retenir(*, demande: Demande, acteur: Acteur, message: str, relu: str | None = None) -> Demande:
    """Tient prête la demande d'une personne dont l'adresse reste à confirmer. Rien ne part encore.

    Lève `DemandeImpossible` si elle ne pourrait pas partir ainsi, ou si l'adresse vient d'être confirmée : seule une
    session ouverte avec le mot de passe l'envoie alors.
    """
    demande = relire_demande(demande)
    exiger(demande, EtatDemande.A_CONFIRMER)
    if demande.demandeur and demande.demandeur.etat != EtatCompte.A_CONFIRMER:
        raise DemandeImpossible("Votre adresse est confirmée : connectez-vous pour envoyer votre demande.")
    exiger_relecture(demande, relu)
    exiger_envoi_possible(demande)
    demande.etat, demande.message = EtatDemande.A_CONFIRMER, message
    demande.save()
    consigner(
        acteur=acteur,
        action="demande.retenue",
        objet=demande,
        avant={"etat": EtatDemande.BROUILLON},
        apres={"etat": demande.etat},
    )
    return demande


@transaction.atomic
def envoyer_retenues(*, acteur: Utilisateur) -> list[str]:
    """Envoie ce qu'`acteur`, dont l'adresse vient d'être confirmée, a demandé en s'inscrivant.

    Ce qui ne peut plus partir lui est rendu en brouillon. Rend les phrases à lui dire.
    """
    retenues = Demande.objects.retenues().filter(demandeur=acteur).select_related("profil")
    return [_envoyer_ou_rendre(demande, acteur) for demande in retenues]


def _envoyer_ou_rendre(demande: Demande, acteur: Utilisateur) -> str:
    try:
        soumettre(demande=demande, acteur=acteur)
    except DemandeImpossible as refus:
        rendre(demande=demande, acteur=acteur, motif=str(refus))
        return (
            f"Votre demande « {demande.profil.nom} » n'a pas pu partir. {refus} "
            "Elle vous attend dans « Mes demandes » : corrigez-la, puis envoyez-la."
        )
    return f"Votre demande « {demande.profil.nom} » a été soumise : un courriel vous dira la décision."


@transaction.atomic
def rendre(*, demande: Demande, acteur: Acteur, motif: str) -> Demande:
    """Rend à la personne, en brouillon, une demande retenue qui ne peut pas partir ; un courriel dit pourquoi."""
    demande = relire_demande(demande)
    exiger(demande, EtatDemande.BROUILLON)
    demande.etat = EtatDemande.BROUILLON
    demande.save()
    consigner(
        acteur=acteur,
        action="demande.rendue",
        objet=demande,
        avant={"etat": EtatDemande.A_CONFIRMER},
        apres={"etat": demande.etat, "motif": motif},
    )
    courriels.demande_rendue(demande, motif)
    return demande


def oublier_sans_auteur() -> int:
    """Efface les demandes qui ne sont à personne, leur inscription finie. Rejouable ; rend leur nombre."""
    oubliees = Demande.objects.sans_auteur().filter(creee_le__lt=timezone.now() - OUBLI)
    nombre = oubliees.count()
    oubliees.delete()
    return nombre
