"""Ce que partagent les gestes sur un compte."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from accounts import courriels
from accounts.enums import TRANSITIONS, EtatCompte
from accounts.erreurs import GesteRefuse, TransitionInterdite
from accounts.models import Utilisateur
from accounts.queries import par_identifiant_ou_courriel
from journal.services import Acteur, consigner
from structures.models import Structure


@dataclass(frozen=True)
class Identite:
    """Ce que la personne dit d'elle-même, et peut changer ensuite."""

    prenom: str
    nom: str
    telephone: str = ""
    structure: Structure | None = None


def resume(identite: Identite) -> dict[str, str]:
    """Ce que le journal garde d'une identité."""
    return {
        "prenom": identite.prenom,
        "nom": identite.nom,
        "telephone": identite.telephone,
        "structure": str(identite.structure or ""),
    }


def verrouiller(personne: Utilisateur) -> Utilisateur:
    return Utilisateur.objects.select_for_update().get(pk=personne.pk)


def passer(personne: Utilisateur, etat: EtatCompte) -> None:
    if etat not in TRANSITIONS[EtatCompte(personne.etat)]:
        raise TransitionInterdite(deja(personne))
    personne.etat = etat


def exiger_un_motif(motif: str) -> None:
    if not motif.strip():
        raise GesteRefuse("Indiquez un motif : le journal le garde.")


def deja(personne: Utilisateur) -> str:
    return f"Le compte {personne.identifiant} est dans l'état « {personne.get_etat_display()} »."


def aider(
    personne: Utilisateur,
    actif: Callable[[Utilisateur], None],
    a_confirmer: Callable[[Utilisateur], None] = courriels.confirmation,
) -> None:
    """Écrit à une personne connue ce que son compte lui permet : `actif` si elle peut entrer."""
    {
        EtatCompte.A_CONFIRMER: a_confirmer,
        EtatCompte.ACTIF: actif,
        EtatCompte.DESACTIVE: courriels.compte_desactive,
        EtatCompte.FERME: courriels.compte_ferme,
    }[EtatCompte(personne.etat)](personne)


def ecrire_si_connue(acteur: Acteur, saisie: str, action: str, actif: Callable[[Utilisateur], None]) -> None:
    """Fait le même travail pour une saisie inconnue, dont le courriel est ensuite défait et rien n'est gardé.

    Le temps de réponse ne dit pas qui a un compte : dans les deux cas une ligne du journal s'écrit pour de bon, car
    valider une transaction coûte plus que la défaire, un seul ordre garde ou défait le courriel, et le réveil de la
    livraison, qu'un point de reprise posé à la main ne défait pas, a lieu.
    """
    with transaction.atomic():
        personne = par_identifiant_ou_courriel(saisie)
        finir = transaction.savepoint_commit if personne else transaction.savepoint_rollback
        personne = personne or Utilisateur(prenom="Compte", nom="inconnu", etat=EtatCompte.ACTIF)
        consigner(acteur=acteur, action=action, objet=personne)
        courriel = transaction.savepoint()
        aider(personne, actif)
        finir(courriel)
