"""Ce que deviennent demandes et habilitations quand une personne part : d'une structure, ou du portail."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import Utilisateur
from accounts.services import quitter_structure_d_appartenance
from habilitations import courriels
from habilitations.enums import A_RETIRER, EtatDemande, EtatHabilitation
from habilitations.models import Demande, Habilitation
from habilitations.queries import TenuDansUneStructure, tenu_dans
from habilitations.services.demandes import annuler
from habilitations.services.droits import renoncer
from habilitations.services.verrous import relire_demande, verrouiller_personne
from journal.models import Evenement
from journal.services import Acteur, consigner
from structures.models import Structure


@transaction.atomic
def quitter_structure(*, structure: Structure, acteur: Utilisateur) -> TenuDansUneStructure:
    """Rend tout ce qu'`acteur` tient dans une structure ; rend ce qui l'a été. Sans effet la seconde fois."""
    verrouiller_personne(acteur.pk)
    personne = Utilisateur.objects.get(pk=acteur.pk)
    tenu = tenu_dans(personne, structure)
    if not tenu:
        return tenu
    for habilitation in tenu.habilitations:
        renoncer(habilitation=habilitation, acteur=personne)
    for demande in [*tenu.demandes, *tenu.brouillons]:
        _retirer_ou_annuler(demande, structure, personne)
    if tenu.appartenance:
        quitter_structure_d_appartenance(acteur=personne)
    consigner(
        acteur=personne,
        action="structure.quittee",
        objet=structure,
        apres={
            "habilitations": [habilitation.pk for habilitation in tenu.habilitations],
            "demandes": [demande.pk for demande in [*tenu.demandes, *tenu.brouillons]],
        },
    )
    courriels.structure_quittee(personne, structure, tenu)
    return tenu


def _retirer_ou_annuler(demande: Demande, structure: Structure, personne: Utilisateur) -> None:
    """Une demande qui vise d'autres structures continue sans celle-ci."""
    if not demande.structures.exclude(pk=structure.pk).exists():
        annuler(demande=demande, acteur=personne)
        return
    demande = relire_demande(demande)
    demande.structures_demandees.filter(structure=structure).delete()
    consigner(acteur=personne, action="demande.structure_retiree", objet=demande, avant={"structure": str(structure)})


def rendre_tout(personne: Utilisateur, acteur: Acteur) -> None:
    """Le compte se ferme : ses habilitations s'éteignent, ses demandes et ses brouillons se retirent."""
    for habilitation in Habilitation.objects.filter(titulaire=personne, etat=EtatHabilitation.ACTIVE):
        renoncer(habilitation=habilitation, acteur=acteur)
    for demande in Demande.objects.filter(demandeur=personne, etat__in=A_RETIRER):
        annuler(demande=demande, acteur=acteur)
    personne.portefeuilles.clear()


def effacer_les_messages(personne: Utilisateur, acteur: Acteur) -> None:
    """Les décisions restent ; ce que la personne a écrit d'elle-même s'efface."""
    Demande.objects.filter(demandeur=personne).exclude(message="").update(message="")


def effacer_les_demandes_jamais_parties(personne: Utilisateur, acteur: Acteur) -> None:
    Demande.objects.filter(demandeur=personne, soumise_le=None).delete()


def effacer_les_brouillons_oublies() -> int:
    """Efface les brouillons que rien n'a touchés depuis BROUILLON_JOURS ; rend leur nombre."""
    limite = timezone.now() - timedelta(days=settings.BROUILLON_JOURS)
    gestes = Evenement.objects.filter(
        objet_type=Demande._meta.label_lower, objet_id=Cast(OuterRef("pk"), CharField()), date__gte=limite
    )
    oublies = Demande.objects.brouillons().filter(~Exists(gestes), creee_le__lt=limite)
    return sum(_effacer_brouillon(demande) for demande in list(oublies))


@transaction.atomic
def _effacer_brouillon(demande: Demande) -> bool:
    brouillon = Demande.objects.brouillons().select_for_update(of=("self",)).filter(pk=demande.pk).first()
    if brouillon is None:
        return False
    consigner(acteur=None, action="demande.brouillon_efface", objet=brouillon)
    brouillon.delete()
    return True


def refus_de_fusionner(gardee: Utilisateur, fermee: Utilisateur) -> str:
    """Nul ne décide pour soi : réunis, ces comptes auraient décidé de leur propre demande."""
    deux = [gardee.pk, fermee.pk]
    if Demande.objects.filter(demandeur__in=deux, decideur__in=deux).exists():
        return "L'un de ces comptes a décidé d'une demande de l'autre : ils ne peuvent pas être réunis."
    return ""


def apercu_de_fusion(gardee: Utilisateur, fermee: Utilisateur) -> Iterable[str]:
    for habilitation in _actives(fermee):
        deja = _deja_tenue(gardee, habilitation)
        yield f"Habilitation {habilitation} : {'déjà tenue, celle du compte fermé est rendue' if deja else 'reprise'}."
    for demande in Demande.objects.filter(demandeur=fermee).exclude(etat=EtatDemande.ANNULEE):
        sort = "retirée, le compte gardé en attend déjà une pareille" if _en_double(gardee, demande) else "reprise"
        yield f"{demande} ({demande.get_etat_display().lower()}) : {sort}."
    for portefeuille in fermee.portefeuilles.all():
        yield f"Portefeuille « {portefeuille} » : confié au compte gardé."
    if decidees := Demande.objects.filter(decideur=fermee).count():
        yield f"{decidees} décision(s) : signée(s) du compte gardé."


def fusionner(gardee: Utilisateur, fermee: Utilisateur, acteur: Acteur) -> None:
    """Les deux personnes sont verrouillées par l'appelant."""
    for habilitation in _actives(fermee):
        if _deja_tenue(gardee, habilitation):
            renoncer(habilitation=habilitation, acteur=acteur)
    for demande in Demande.objects.filter(demandeur=fermee, etat__in=A_RETIRER):
        if _en_double(gardee, demande):
            annuler(demande=demande, acteur=acteur)
    Habilitation.objects.filter(titulaire=fermee).update(titulaire=gardee)
    for demande in Demande.objects.filter(demandeur=fermee):
        demande.structures_demandees.update(demandeur=gardee)
    Demande.objects.filter(demandeur=fermee).update(demandeur=gardee)
    Demande.objects.filter(decideur=fermee).update(decideur=gardee)
    for portefeuille in fermee.portefeuilles.all():
        portefeuille.gestionnaires.add(gardee)
    fermee.portefeuilles.clear()


def _actives(personne: Utilisateur) -> Iterable[Habilitation]:
    return Habilitation.objects.filter(titulaire=personne, etat=EtatHabilitation.ACTIVE).select_related(
        "profil__application", "structure"
    )


def _deja_tenue(gardee: Utilisateur, habilitation: Habilitation) -> bool:
    return Habilitation.objects.filter(
        titulaire=gardee,
        etat=EtatHabilitation.ACTIVE,
        profil=habilitation.profil_id,
        structure=habilitation.structure_id,
    ).exists()


def _en_double(gardee: Utilisateur, demande: Demande) -> bool:
    """La personne attendrait deux fois le même droit, ou demanderait ce qu'elle tient déjà."""
    siennes = Demande.objects.filter(demandeur=gardee, profil=demande.profil_id, etat=demande.etat)
    if demande.etat == EtatDemande.EN_ATTENTE and not demande.sans_structure:
        siennes = siennes.filter(structures__in=demande.structures.all())
    return demande.etat in A_RETIRER and siennes.exists()
