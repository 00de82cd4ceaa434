"""Ce que deviennent demandes et habilitations quand une personne part : d'une structure, ou du portail."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import CharField, Exists, OuterRef, Q
from django.db.models.functions import Cast
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations.enums import A_RETIRER, NON_DECIDEES, EtatDemande
from habilitations.models import ChoixDeFile, Complement, Demande, Habilitation, NotePrivee, Suppleance
from habilitations.services.absences import terminer_absence
from habilitations.services.demandes import annuler
from habilitations.services.droits import renoncer
from journal.models import Evenement
from journal.services import Acteur, consigner


def rendre_tout(personne: Utilisateur, acteur: Acteur) -> None:
    """Le compte se ferme : ses habilitations s'éteignent, ses demandes et ses brouillons se retirent."""
    for habilitation in Habilitation.objects.tenues().filter(titulaire=personne):
        renoncer(habilitation=habilitation, acteur=acteur, avertir=False)
    for demande in Demande.objects.filter(demandeur=personne, etat__in=A_RETIRER):
        annuler(demande=demande, acteur=acteur)
    personne.portefeuilles.clear()
    siennes = Suppleance.objects.a_venir_ou_en_cours().filter(Q(absent=personne) | Q(suppleant=personne))
    for suppleance in siennes:
        terminer_absence(suppleance=suppleance, acteur=acteur, partante=personne)
    ChoixDeFile.objects.filter(personne=personne).delete()


def effacer_les_messages(personne: Utilisateur, acteur: Acteur) -> None:
    """Les décisions restent ; ce que la personne a écrit d'elle-même s'efface, et ce qu'on s'est écrit d'elle."""
    Demande.objects.filter(demandeur=personne).exclude(message="").update(message="")
    Complement.objects.filter(demande__demandeur=personne).exclude(reponse="").update(reponse="")
    NotePrivee.objects.filter(demande__demandeur=personne).delete()


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
    for habilitation in _tenues(fermee):
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
    # D'abord : rendre un droit de gestionnaire, plus bas, rendrait aussi à tous ce qui lui est affecté.
    Demande.objects.filter(affectee_a=fermee).update(affectee_a=gardee)
    for habilitation in _tenues(fermee):
        if _deja_tenue(gardee, habilitation):
            renoncer(habilitation=habilitation, acteur=acteur, avertir=False)
    for demande in Demande.objects.filter(demandeur=fermee, etat__in=A_RETIRER):
        if _en_double(gardee, demande):
            annuler(demande=demande, acteur=acteur)
    Habilitation.objects.filter(titulaire=fermee).update(titulaire=gardee)
    for demande in Demande.objects.filter(demandeur=fermee):
        demande.structures_demandees.update(demandeur=gardee)
    Demande.objects.filter(demandeur=fermee).update(demandeur=gardee)
    Demande.objects.filter(decideur=fermee).update(decideur=gardee)
    Complement.objects.filter(auteur=fermee).update(auteur=gardee)
    NotePrivee.objects.filter(auteur=fermee).update(auteur=gardee)
    Suppleance.objects.filter(absent__in=[gardee, fermee], suppleant__in=[gardee, fermee]).delete()
    Suppleance.objects.filter(absent=fermee).update(absent=gardee)
    Suppleance.objects.filter(suppleant=fermee).update(suppleant=gardee)
    for portefeuille in fermee.portefeuilles.all():
        portefeuille.gestionnaires.add(gardee)
    fermee.portefeuilles.clear()


def _tenues(personne: Utilisateur) -> Iterable[Habilitation]:
    return Habilitation.objects.tenues().filter(titulaire=personne).select_related("profil__application", "structure")


def _deja_tenue(gardee: Utilisateur, habilitation: Habilitation) -> bool:
    tenues = Habilitation.objects.tenues().filter(titulaire=gardee)
    return tenues.filter(profil=habilitation.profil_id, structure=habilitation.structure_id).exists()


def _en_double(gardee: Utilisateur, demande: Demande) -> bool:
    """La personne attendrait deux fois le même droit, ou demanderait ce qu'elle tient déjà."""
    etats = NON_DECIDEES if demande.etat in NON_DECIDEES else [demande.etat]
    siennes = Demande.objects.filter(demandeur=gardee, profil=demande.profil_id, etat__in=etats)
    if demande.etat in NON_DECIDEES and not demande.sans_structure:
        siennes = siennes.filter(structures__in=demande.structures.all())
    return demande.etat in A_RETIRER and siennes.exists()
