"""Rappels et récapitulatifs : les dates sont en base, l'horloge les regarde ; chacun ne part qu'une fois."""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations import courriels
from habilitations.delais import est_ouvre
from habilitations.enums import Avis, EtapeRappel
from habilitations.models import Demande, PreferencesDeGestion
from habilitations.queries import (
    a_aviser,
    absences_suppleees,
    en_charge,
    gestionnaires_actifs,
    gestionnaires_nationaux,
    recapitulatif,
)
from journal.services import consigner


def seuils() -> dict[EtapeRappel, int]:
    """Jours ouvrés après lesquels chaque rappel part."""
    return {
        EtapeRappel.EN_CHARGE: settings.DEMANDE_RAPPEL_JOURS,
        EtapeRappel.COLLEGUES: settings.DEMANDE_RAPPEL_COLLEGUES_JOURS,
    }


def rappeler_les_demandes() -> int:
    """Rappelle les demandes qui attendent depuis trop longtemps ; rend le nombre de rappels faits."""
    faits = 0
    for etape, jours in seuils().items():
        en_souffrance = Demande.objects.en_attente().agees_de(jours).filter(rappels__lt=etape)
        for numero in list(en_souffrance.order_by("pk").values_list("pk", flat=True)):
            faits += _rappeler(numero, etape)
    return faits


@transaction.atomic
def _rappeler(numero: int, etape: EtapeRappel) -> bool:
    # La mise à jour conditionnelle est le verrou : une seconde horloge attend, puis ne trouve plus rien à changer.
    if not Demande.objects.en_attente().filter(pk=numero, rappels__lt=etape).update(rappels=etape):
        return False
    demande = Demande.objects.select_related("profil__application", "demandeur", "affectee_a").get(pk=numero)
    responsables = en_charge(demande)
    if etape == EtapeRappel.COLLEGUES:
        # Qui en est chargé seul l'a déjà été : les collègues prennent le relais.
        responsables = [une for une in a_aviser(demande) if une not in responsables] or responsables
    destinataires = _sans_recapitulatif(responsables)
    for gestionnaire in destinataires:
        courriels.rappel_de_demande(demande, gestionnaire, etape)
    if not responsables:
        _prevenir_que_personne_ne_couvre(demande)
    consigner(
        acteur=None,
        action=f"demande.rappel_{etape.name.lower()}",
        objet=demande,
        apres={"jours_ouvres": demande.age, "gestionnaires": [str(une) for une in responsables]},
    )
    return True


def aviser(demande: Demande) -> None:
    """Une demande arrive : un courriel à qui la couvre."""
    couvrants = a_aviser(demande)
    for gestionnaire in _sans_recapitulatif(couvrants):
        courriels.demande_a_traiter(demande, gestionnaire)
    if not couvrants:
        _prevenir_que_personne_ne_couvre(demande)


def aviser_de_la_verification(demande: Demande) -> None:
    for gestionnaire in a_aviser(demande):
        courriels.acceptation_a_verifier(demande, gestionnaire)


def _prevenir_que_personne_ne_couvre(demande: Demande) -> None:
    """Les gestionnaires de toute l'ADMINISTRATION peuvent y remédier ; sans eux, le support."""
    nationaux = list(gestionnaires_nationaux().exclude(pk=demande.auteur.pk))
    for gestionnaire in nationaux:
        courriels.demande_sans_gestionnaire(demande, gestionnaire)
    if not nationaux:
        courriels.demande_sans_gestionnaire(demande, None)


def _sans_recapitulatif(gestionnaires: list[Utilisateur]) -> list[Utilisateur]:
    """Les autres liront la demande dans le récapitulatif du matin."""
    resumes = set(_recapitulables().filter(personne__in=gestionnaires).values_list("personne", flat=True))
    return [une for une in gestionnaires if une.pk not in resumes]


def _recapitulables() -> QuerySet[PreferencesDeGestion]:
    """Qui reçoit un récapitulatif ces jours-ci ; qui s'absente le laisse à qui le supplée."""
    absentes = absences_suppleees().order_by().values("absent")
    return PreferencesDeGestion.objects.filter(avis=Avis.RECAPITULATIF).exclude(personne__in=absentes)


def envoyer_les_recapitulatifs() -> int:
    """Chaque matin ouvré, à qui l'a choisi et a des demandes à décider ; rend le nombre de courriels écrits."""
    maintenant = timezone.localtime()
    if maintenant.hour < settings.RECAPITULATIF_HEURE or not est_ouvre(maintenant.date()):
        return 0
    pas_encore = _recapitulables().filter(
        Q(recapitulatif_le=None) | Q(recapitulatif_le__lt=maintenant.date()), personne__in=gestionnaires_actifs()
    )
    return sum(_recapituler(preferences) for preferences in pas_encore.select_related("personne"))


@transaction.atomic
def _recapituler(preferences: PreferencesDeGestion) -> bool:
    jour = timezone.localdate()
    libre = PreferencesDeGestion.objects.filter(
        Q(recapitulatif_le=None) | Q(recapitulatif_le__lt=jour), pk=preferences.pk, avis=Avis.RECAPITULATIF
    )
    if not libre.update(recapitulatif_le=jour):
        return False
    depuis = preferences.recapitulatif_le or jour - timedelta(days=1)
    a_lire = recapitulatif(preferences.personne, depuis)
    if a_lire.en_attente:
        courriels.recapitulatif(preferences.personne, a_lire)
    return bool(a_lire.en_attente)
