"""Ce que le temps fait aux comptes : avertir puis fermer les inactifs, effacer ceux que personne n'a confirmés."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, F, ProtectedError
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import courriels, prolongements
from accounts.enums import AVERTISSEMENTS, EtatChangement, EtatCompte, Fermeture
from accounts.models import ChangementCourriel, Utilisateur
from accounts.services.fermeture import fermer
from journal.services import consigner


def avertir_les_inactifs() -> int:
    """Écrit aux personnes qui approchent du terme ; rend le nombre d'avertissements. Chacun ne part qu'une fois."""
    approche = timezone.now() - timedelta(days=settings.COMPTE_INACTIF_JOURS - AVERTISSEMENTS[0])
    return sum(_avertir(numero, approche) for numero in _absents_depuis(approche))


def fermer_les_inactifs() -> int:
    """Ferme les comptes absents depuis le terme, et avertis assez tôt ; rend leur nombre."""
    terme = timezone.now() - timedelta(days=settings.COMPTE_INACTIF_JOURS)
    return sum(_fermer(numero, terme) for numero in _absents_depuis(terme))


def _absents_depuis(limite: datetime) -> list[int]:
    """Comptes qui semblent absents, à relire un par un. Le compte d'administration de secours n'expire pas."""
    venue = Coalesce(F("last_login"), F("confirme_le"), F("cree_le"), output_field=DateTimeField())
    absents = Utilisateur.objects.annotate(venue=venue).filter(
        etat=EtatCompte.ACTIF, is_superuser=False, venue__lte=limite
    )
    return list(absents.values_list("pk", flat=True))


@transaction.atomic
def _avertir(numero: int, limite: datetime) -> bool:
    personne = _relire(numero, limite)
    if personne is None:
        return False
    deja, averti_le = _avertissements(personne)
    if deja == len(AVERTISSEMENTS):
        return False
    maintenant = timezone.now()
    if averti_le and averti_le > maintenant - timedelta(days=AVERTISSEMENTS[0] - AVERTISSEMENTS[1]):
        return False
    personne.avertissements, personne.averti_le = deja + 1, maintenant
    personne.save(update_fields=["avertissements", "averti_le"])
    courriels.compte_inactif(personne, ferme_le=maintenant + timedelta(days=AVERTISSEMENTS[deja]))
    consigner(acteur=None, action="compte.averti_inactif", objet=personne, apres={"rang": deja + 1})
    return True


def _fermer(numero: int, limite: datetime) -> bool:
    with transaction.atomic():
        personne = _relire(numero, limite)
        if personne is None:
            return False
        deja, averti_le = _avertissements(personne)
        attente = timezone.now() - timedelta(days=AVERTISSEMENTS[-1])
        if deja < len(AVERTISSEMENTS) or not averti_le or averti_le > attente:
            return False
        fermer(acteur=None, personne=personne, raison=Fermeture.INACTIVITE)
    return True


def _relire(numero: int, limite: datetime) -> Utilisateur | None:
    """La personne sous verrou, si elle est encore absente : elle a pu revenir pendant le ménage."""
    personne = Utilisateur.objects.select_for_update().filter(pk=numero, etat=EtatCompte.ACTIF).first()
    return personne if personne and personne.derniere_venue <= limite else None


def _avertissements(personne: Utilisateur) -> tuple[int, datetime | None]:
    """Avertissements qui comptent encore : la personne n'est pas revenue depuis."""
    if personne.averti_le and personne.averti_le > personne.derniere_venue:
        return personne.avertissements, personne.averti_le
    return 0, None


def supprimer_les_non_confirmes() -> int:
    """Supprime les comptes que personne n'a confirmés à temps ; rend leur nombre."""
    limite = timezone.now() - timedelta(days=settings.COMPTE_NON_CONFIRME_JOURS)
    numeros = Utilisateur.objects.filter(etat=EtatCompte.A_CONFIRMER, confirme_le=None, cree_le__lte=limite)
    return sum(_supprimer(numero) for numero in list(numeros.values_list("pk", flat=True)))


def _supprimer(numero: int) -> bool:
    try:
        with transaction.atomic():
            personne = Utilisateur.objects.select_for_update().filter(pk=numero, etat=EtatCompte.A_CONFIRMER).first()
            if personne is None:
                return False
            for effacer in prolongements.a_la_suppression:
                effacer(personne, None)
            consigner(acteur=None, action="compte.supprime", objet=personne)
            personne.delete()
    except ProtectedError:
        # Le compte a servi avant de redevenir « à confirmer » : il n'est pas à supprimer.
        return False
    return True


def oublier_les_changements_d_adresse() -> int:
    """Efface les changements d'adresse qu'on ne peut plus ni confirmer ni contester ; rend leur nombre."""
    limite = timezone.now() - timedelta(seconds=settings.DUREE_LIEN_CONTESTATION + settings.DUREE_LIEN_CONFIRMATION)
    vieux = ChangementCourriel.objects.filter(demande_le__lte=limite).exclude(etat=EtatChangement.CONTESTE)
    return vieux.delete()[0]
