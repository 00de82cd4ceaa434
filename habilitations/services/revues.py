"""Ouvrir une revue, y répondre, la rappeler, la clore."""

from datetime import date

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format

from accounts.models import Utilisateur
from habilitations import courriels
from habilitations.enums import TENUES, EtatHabilitation, EtatRevue, IssueDeRevue, SansReponse
from habilitations.erreurs import DemandeImpossible
from habilitations.models import Application, Habilitation, LigneDeRevue, Profil, Revue
from habilitations.queries import gestionnaires_de_la_revue
from habilitations.services.droits import clore, confirmer, revoquer
from habilitations.services.verrous import relire_habilitation, verrouiller_personne
from journal.services import Acteur, consigner

PAR_LOT = 1000


@transaction.atomic
def ouvrir_revue(
    *,
    application: Application,
    profil: Profil | None,
    echeance_le: date,
    sans_reponse: SansReponse,
    acteur: Utilisateur,
) -> Revue:
    """Met à revoir toutes les habilitations tenues de l'application, ou du profil, et l'écrit aux gestionnaires.

    Lève `DemandeImpossible` si l'échéance est passée, si rien n'est à revoir ou si une revue est déjà ouverte.
    """
    if echeance_le <= timezone.localdate():
        raise DemandeImpossible("Choisissez une échéance à venir, par exemple dans un mois.")
    revue = Revue(
        application=application,
        profil=profil,
        echeance_le=echeance_le,
        sans_reponse=sans_reponse,
        ouverte_par=acteur,
    )
    try:
        with transaction.atomic():
            revue.save()
    except IntegrityError:
        raise DemandeImpossible(
            f"Une revue de {application.nom} est déjà ouverte : attendez qu'elle soit close."
        ) from None
    droits = Habilitation.objects.tenues().filter(profil__application=application)
    droits = droits.filter(profil=profil) if profil else droits
    lignes = (LigneDeRevue(revue=revue, habilitation_id=numero) for numero in droits.values_list("pk", flat=True))
    nombre = len(LigneDeRevue.objects.bulk_create(lignes, batch_size=PAR_LOT))
    if not nombre:
        raise DemandeImpossible("Aucune habilitation n'est ouverte ici : il n'y a rien à revoir.")
    consigner(
        acteur=acteur,
        action="revue.ouverte",
        objet=revue,
        apres={"habilitations": nombre, "echeance_le": echeance_le, "sans_reponse": sans_reponse},
    )
    for gestionnaire, siennes in gestionnaires_de_la_revue(revue):
        courriels.revue_ouverte(revue, gestionnaire, siennes)
    return revue


@transaction.atomic
def confirmer_dans_la_revue(*, ligne: LigneDeRevue, acteur: Utilisateur) -> LigneDeRevue:
    """L'habilitation reste ce qu'elle est ; la personne n'est pas dérangée."""
    ligne = _relire(ligne)
    confirmer(habilitation=ligne.habilitation, acteur=acteur)
    return _dire(ligne, IssueDeRevue.CONFIRMEE, acteur)


@transaction.atomic
def revoquer_dans_la_revue(*, ligne: LigneDeRevue, acteur: Utilisateur, motif: str) -> LigneDeRevue:
    ligne = _relire(ligne)
    revoquer(habilitation=ligne.habilitation, acteur=acteur, motif=motif)
    return _dire(ligne, IssueDeRevue.REVOQUEE, acteur)


def clore_la_revue(*, revue: Revue, acteur: Acteur) -> Revue:
    """Plus personne n'y répond ; ce qui reste sans réponse ne change pas, ou expire si la revue l'a dit.

    Chaque habilitation a sa transaction : interrompue, la clôture reprend où elle en est. `acteur` vaut None quand
    l'échéance est passée. Sans effet sur une revue close.
    """
    with transaction.atomic():
        revue = Revue.objects.select_for_update(of=("self",)).select_related("application", "profil").get(pk=revue.pk)
        if revue.etat == EtatRevue.OUVERTE:
            revue.etat, revue.close_le = EtatRevue.CLOSE, timezone.now()
            revue.save()
            consigner(acteur=acteur, action="revue.close", objet=revue)
    for ligne in revue.lignes.filter(issue=IssueDeRevue.A_REVOIR).select_related("habilitation"):
        _solder(ligne, revue)
    return revue


def tenir_les_revues() -> dict[str, int]:
    """La tournée de chaque jour : clore les échues, finir les clôtures interrompues, rappeler. Rejouable."""
    echues = Revue.objects.filter(etat=EtatRevue.OUVERTE, echeance_le__lt=timezone.localdate())
    inachevees = Revue.objects.filter(etat=EtatRevue.CLOSE, lignes__issue=IssueDeRevue.A_REVOIR)
    a_clore = list((echues | inachevees).distinct())
    for revue in a_clore:
        clore_la_revue(revue=revue, acteur=None)
    ouvertes = Revue.objects.filter(etat=EtatRevue.OUVERTE).values_list("pk", flat=True)
    return {"closes": len(a_clore), "rappels": sum(_rappeler(numero) for numero in ouvertes)}


@transaction.atomic
def _rappeler(numero: int) -> int:
    """Un rappel par seuil de REVUE_RAPPEL_JOURS à qui n'a pas fini ; rend le nombre de courriels."""
    revue = Revue.objects.select_for_update(of=("self",)).select_related("application", "profil").get(pk=numero)
    restants = (revue.echeance_le - timezone.localdate()).days
    seuil = min((jours for jours in settings.REVUE_RAPPEL_JOURS if restants <= jours), default=None)
    if seuil is None or (revue.rappel_jours is not None and revue.rappel_jours <= seuil):
        return 0
    revue.rappel_jours = seuil
    revue.save(update_fields=["rappel_jours"])
    retardataires = gestionnaires_de_la_revue(revue)
    for gestionnaire, siennes in retardataires:
        courriels.revue_rappelee(revue, gestionnaire, siennes)
    return len(retardataires)


@transaction.atomic
def _solder(ligne: LigneDeRevue, revue: Revue) -> None:
    """Ce que devient, à la clôture, une habilitation dont personne n'a rien dit."""
    habilitation = relire_habilitation(ligne.habilitation)
    ligne = LigneDeRevue.objects.get(pk=ligne.pk)
    if ligne.issue != IssueDeRevue.A_REVOIR:
        return
    if habilitation.etat not in TENUES:
        _dire(ligne, IssueDeRevue.SANS_OBJET, None)
    elif revue.sans_reponse == SansReponse.EXPIRENT:
        le = date_format(revue.echeance_le, "d/m/Y")
        motif = f"Personne ne l'a confirmée lors de la revue à finir pour le {le}."
        clore(habilitation, EtatHabilitation.EXPIREE, acteur=None, motif=motif)
        courriels.habilitation_non_confirmee(habilitation)
        _dire(ligne, IssueDeRevue.EXPIREE, None)
    else:
        _dire(ligne, IssueDeRevue.SANS_REPONSE, None)


def _relire(ligne: LigneDeRevue) -> LigneDeRevue:
    """La ligne sous le verrou du titulaire, dans une revue encore ouverte que personne ne clôt en même temps."""
    verrouiller_personne(ligne.habilitation.titulaire_id)
    revue = Revue.objects.select_for_update(of=("self",)).get(pk=ligne.revue_id)
    if revue.etat != EtatRevue.OUVERTE:
        raise DemandeImpossible("Cette revue est close : rien n'y change plus.")
    ligne = LigneDeRevue.objects.select_related("habilitation").get(pk=ligne.pk)
    if ligne.issue != IssueDeRevue.A_REVOIR:
        raise DemandeImpossible(f"Déjà revue : {ligne.get_issue_display().lower()} par {ligne.par}.")
    return ligne


def _dire(ligne: LigneDeRevue, issue: IssueDeRevue, acteur: Utilisateur | None) -> LigneDeRevue:
    ligne.issue, ligne.par, ligne.le = issue, acteur, timezone.now()
    ligne.save()
    return ligne
