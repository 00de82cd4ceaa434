"""Fermer un compte, le rouvrir pendant le délai, puis n'en garder que ce qui ne nomme plus personne."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import courriels, prolongements
from accounts.enums import EtatCompte, Fermeture, FinDeSession
from accounts.erreurs import GesteRefuse
from accounts.models import Utilisateur
from accounts.permissions import refus_de_fermer
from accounts.services.commun import passer, verrouiller
from accounts.services.facteurs import oublier_facteurs
from accounts.services.sessions import fermer_les_sessions
from courriels.services import oublier
from journal.services import Acteur, consigner

# Sans arobase ni domaine : personne ne peut saisir cette adresse, et rien ne peut y être envoyé.
ANONYME = "anonyme-{}"


def fermer(*, acteur: Acteur, personne: Utilisateur, raison: Fermeture) -> None:
    """Ferme le compte, rend ce que la personne tient et ferme ses sessions.

    `acteur` vaut None quand le portail ferme un compte inactif. Lève `GesteRefuse` ou `TransitionInterdite`.
    """
    with transaction.atomic():
        personne = verrouiller(personne)
        if refus := refus_de_fermer(personne):
            raise GesteRefuse(refus)
        for rendre in prolongements.a_la_fermeture:
            rendre(personne, acteur)
        clore(personne, acteur=acteur, raison=raison)
        courriels.compte_ferme_maintenant(personne)


def clore(personne: Utilisateur, *, acteur: Acteur, raison: Fermeture) -> None:
    """Passe à « fermé » un compte verrouillé ; ses sessions ne rouvriront pas avec lui."""
    avant = personne.etat
    passer(personne, EtatCompte.FERME)
    personne.ferme_le, personne.fermeture = timezone.now(), raison
    personne.save(update_fields=["etat", "ferme_le", "fermeture"])
    fermer_les_sessions(personne, FinDeSession.DESACTIVATION)
    consigner(
        acteur=acteur,
        action="compte.ferme",
        objet=personne,
        avant={"etat": avant},
        apres={"etat": personne.etat, "raison": raison},
    )


def rouvrir(personne: Utilisateur) -> None:
    """Efface d'un compte verrouillé la trace de sa fermeture ; ses habilitations, rendues, se redemandent."""
    personne.ferme_le, personne.fermeture = None, ""
    personne.avertissements, personne.averti_le = 0, None


def anonymiser_les_comptes() -> int:
    """Anonymise les comptes fermés dont le délai est passé ; rend leur nombre."""
    limite = timezone.now() - timedelta(days=settings.COMPTE_DELAI_ANONYMISATION_JOURS)
    numeros = Utilisateur.objects.filter(etat=EtatCompte.FERME, ferme_le__lte=limite).values_list("pk", flat=True)
    return sum(_anonymiser(numero) for numero in list(numeros))


@transaction.atomic
def _anonymiser(numero: int) -> bool:
    personne = Utilisateur.objects.select_for_update().filter(pk=numero, etat=EtatCompte.FERME).first()
    if personne is None:
        return False
    for oter in prolongements.a_l_anonymisation:
        oter(personne, None)
    for adresse in {personne.courriel, *personne.changements_courriel.values_list("ancien", flat=True)}:
        oublier(destinataire=adresse)
    personne.changements_courriel.all().delete()
    personne.sessions.all().delete()
    personne.identites_externes.all().delete()
    oublier_facteurs(personne)
    passer(personne, EtatCompte.ANONYME)
    personne.prenom, personne.nom = "Personne", "anonymisée"
    personne.identifiant = personne.courriel = ANONYME.format(personne.pk)
    personne.telephone, personne.structure = "", None
    personne.is_staff = personne.is_superuser = False
    personne.set_unusable_password()
    personne.save()
    personne.groups.clear()
    personne.user_permissions.clear()
    consigner(acteur=None, action="compte.anonymise", objet=personne)
    return True
