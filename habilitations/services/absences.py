"""Dire son absence et qui supplée ; ce que chaque gestionnaire choisit de recevoir."""

from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations import courriels
from habilitations.enums import Avis
from habilitations.erreurs import AbsenceImpossible
from habilitations.models import PreferencesDeGestion, Suppleance
from habilitations.queries import gestionnaires_actifs
from habilitations.services.verrous import verrouiller_personne
from journal.services import Acteur, consigner


@transaction.atomic
def declarer_absence(*, acteur: Utilisateur, suppleant: Utilisateur, debut_le: date, fin_le: date) -> Suppleance:
    """Confie à `suppleant`, entre ces deux jours compris, ce que les portefeuilles confient à `acteur`.

    Lève `AbsenceImpossible` si les dates sont passées ou renversées, si `acteur` a déjà une absence à ces dates, ou si
    `suppleant` n'est pas gestionnaire, ou sera lui-même absent.
    """
    verrouiller_personne(acteur.pk)
    if fin_le < debut_le:
        raise AbsenceImpossible("Le dernier jour vient avant le premier : vérifiez les deux dates.")
    if fin_le < timezone.localdate():
        raise AbsenceImpossible("Cette absence est déjà finie : donnez un dernier jour à venir.")
    if suppleant == acteur or not gestionnaires_actifs().filter(pk=suppleant.pk).exists():
        raise AbsenceImpossible("Choisissez une autre personne gestionnaire pour vous suppléer.")
    memes_jours = Suppleance.objects.filter(terminee_le=None, debut_le__lte=fin_le, fin_le__gte=debut_le)
    if memes_jours.filter(absent=acteur).exists():
        raise AbsenceImpossible("Vous avez déjà déclaré une absence à ces dates : mettez-y fin d'abord.")
    if memes_jours.filter(absent=suppleant).exists():
        raise AbsenceImpossible(f"{suppleant} sera aussi en congé à ces dates : choisissez quelqu'un d'autre.")
    suppleance = Suppleance.objects.create(absent=acteur, suppleant=suppleant, debut_le=debut_le, fin_le=fin_le)
    consigner(
        acteur=acteur,
        action="suppleance.declaree",
        objet=suppleance,
        apres={"suppleant": str(suppleant), "du": debut_le, "au": fin_le},
    )
    courriels.suppleance_confiee(suppleance)
    return suppleance


@transaction.atomic
def terminer_absence(*, suppleance: Suppleance, acteur: Acteur, partante: Utilisateur | None = None) -> Suppleance:
    """Met fin à une absence avant son terme ; sans effet si elle est déjà finie.

    `partante` : celle des deux personnes dont le compte se ferme ; l'autre en est avisée.
    """
    terminee = Suppleance.objects.a_venir_ou_en_cours().filter(pk=suppleance.pk).update(terminee_le=timezone.now())
    suppleance = Suppleance.objects.select_related("absent", "suppleant").get(pk=suppleance.pk)
    if terminee:
        consigner(acteur=acteur, action="suppleance.terminee", objet=suppleance)
        avisee = suppleance.absent if partante == suppleance.suppleant else suppleance.suppleant
        courriels.suppleance_terminee(suppleance, avisee)
    return suppleance


@transaction.atomic
def choisir_avis(*, acteur: Utilisateur, avis: Avis) -> PreferencesDeGestion:
    """Un courriel par demande, ou un récapitulatif chaque matin ouvré."""
    preferences, _ = PreferencesDeGestion.objects.get_or_create(personne=acteur)
    if preferences.avis != avis:
        avant, preferences.avis = preferences.avis, avis
        preferences.save(update_fields=["avis"])
        consigner(acteur=acteur, action="gestion.avis", objet=preferences, avant={"avis": avant}, apres={"avis": avis})
    return preferences
