"""Les demandes d'une personne, et l'histoire de chacune."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from accounts.models import Utilisateur
from courriels.models import Courriel
from habilitations.enums import GESTES, GESTES_HABILITATION, GESTES_INTERNES, EtatDemande, TypeDemande
from habilitations.models import (
    Complement,
    Demande,
    DemandeQuerySet,
    Habilitation,
)
from journal.models import Evenement
from structures.models import Structure


def demandes_de(personne: Utilisateur, *, retirees: bool = False) -> DemandeQuerySet:
    """Demandes de la personne, la dernière d'abord ; celles qu'elle a retirées n'y sont que si on les demande."""
    demandes = Demande.objects.filter(demandeur=personne).order_by("-creee_le", "-pk")
    return lues(demandes if retirees else demandes.exclude(etat=EtatDemande.ANNULEE))


def en_cours(personne: Utilisateur) -> DemandeQuerySet:
    """Envoyées et pas encore décidées, celles où l'on attend une réponse de la personne d'abord."""
    demandes = Demande.objects.non_decidees().filter(demandeur=personne)
    return demandes.select_related("profil__application").order_by("etat", "-soumise_le", "-pk")


def structures_choisies(demande: Demande) -> QuerySet[Structure]:
    """Les structures de la demande ; celles de la réponse en cours, si un complément est ouvert."""
    if demande.complement_ouvert is None:
        return demande.structures.all()
    return demande.complement_ouvert.structures.select_related("departement", "categorie", "entite_juridique")


def demande_du_postulant(numero: int, compte: Utilisateur | None) -> Demande | None:
    """La demande que remplit la session d'une inscription ; sans compte, une demande sans auteur."""
    return lues(Demande.objects.filter(pk=numero, demandeur=compte)).first()


def type_de(demande: Demande) -> TypeDemande:
    """Le type d'une demande, tant qu'elle n'est pas partie ; ensuite, celui qu'elle a pris en partant."""
    if demande.etat == EtatDemande.A_CONFIRMER:
        return TypeDemande.CREATION_COMPTE
    if demande.soumise_le or demande.type == TypeDemande.RENOUVELLEMENT:
        return TypeDemande(demande.type)
    deja_tenu = Habilitation.objects.tenues().filter(titulaire=demande.demandeur, profil=demande.profil).exists()
    return TypeDemande.AJOUT_STRUCTURES if deja_tenu else TypeDemande.AJOUT_PROFIL


def contenu(demande: Demande) -> str:
    """Ce que le récapitulatif montre : le profil et les structures. Deux onglets se reconnaissent à lui."""
    structures = sorted(demande.structures_demandees.values_list("structure", flat=True))
    return f"{demande.profil_id}:{'-'.join(map(str, structures))}"


def lues(demandes: DemandeQuerySet) -> DemandeQuerySet:
    structures = Structure.objects.select_related("departement", "categorie", "entite_juridique")
    return demandes.select_related(
        "profil__application", "demandeur", "decideur", "complement_ouvert", "remise_par"
    ).prefetch_related(Prefetch("structures", queryset=structures.order_by("structures_demandees__pk")))


def annulables(personne: Utilisateur) -> list[Demande]:
    """Demandes que la personne vient de décider, et dont le courriel n'est pas parti ; la dernière d'abord."""
    maintenant = timezone.now()
    # Une minute de plus que la retenue : l'heure de la décision précède celle du courriel.
    depuis = maintenant - timedelta(seconds=settings.DECISION_ANNULABLE_SECONDES + 60)
    recentes = list(Demande.objects.filter(decideur=personne, decidee_le__gte=depuis).order_by().values_list("pk"))
    if not recentes:
        return []
    return list(
        Demande.objects.filter(
            pk__in=[pk for (pk,) in recentes], courriel_de_decision__in=Courriel.objects.retenus(maintenant)
        )
        .select_related("demandeur", "courriel_de_decision")
        .order_by("-decidee_le")
    )


def complements_de(demande: Demande) -> QuerySet[Complement]:
    return demande.complements.select_related("auteur")


@dataclass(frozen=True)
class Fait:
    """Une ligne de la chronologie d'une demande ; `lieu`, quand elle ne vaut que pour une des structures."""

    libelle: str
    evenement: Evenement
    lieu: str = ""


# L'acceptation et son annulation le disent déjà.
SOUS_ENTENDUS = {"habilitation.ouverte", "habilitation.annulee", "habilitation.prolongee", "habilitation.deprolongee"}


def chronologie(demande: Demande, *, interne: bool = False) -> list[Fait]:
    """L'histoire de la demande, du plus ancien au plus récent, et des droits qu'elle a ouverts, d'après le journal.

    `interne` y ajoute ce que seuls les gestionnaires lisent.
    """
    de_la_demande = GESTES | (GESTES_INTERNES if interne else {})
    droits = {str(droit.pk): droit for droit in demande.habilitations.select_related("structure")}
    suites = Evenement.objects.filter(
        objet_type=Habilitation._meta.label_lower,
        objet_id__in=droits,
        action__in=GESTES_HABILITATION.keys() - SOUS_ENTENDUS,
    )
    gestes = Evenement.objects.sur(demande).filter(action__in=de_la_demande)
    evenements = (gestes | suites).select_related("acteur").order_by("date", "pk")
    return [
        Fait(
            libelle=(de_la_demande | GESTES_HABILITATION)[evenement.action].format(**evenement.apres),
            evenement=evenement,
            lieu=str(droits[evenement.objet_id].structure or "") if evenement.action not in de_la_demande else "",
        )
        for evenement in evenements
    ]
