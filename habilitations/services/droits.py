"""Ouvrir, prolonger, suspendre, reprendre et clore une habilitation."""

from calendar import monthrange
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations import courriels
from habilitations.enums import TENUES, EtatHabilitation, TypeDemande
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Demande, Habilitation, Profil
from habilitations.services.affectation import rendre_les_affectations
from habilitations.services.verrous import exiger_habilitation, relire_habilitation
from journal.models import Evenement
from journal.services import Acteur, consigner
from structures.models import Structure


def ouvrir(
    *,
    titulaire: Utilisateur,
    profil: Profil,
    structure: Structure | None,
    acteur: Acteur,
    demande: Demande | None = None,
) -> Habilitation:
    """Donne un droit, sous le verrou de la personne ; celui qui est en vigueur n'est jamais perdu.

    Une demande de renouvellement prolonge celui que la personne tient, suspendu ou non, sans lever la suspension.
    """
    tenue = Habilitation.objects.tenues().filter(titulaire=titulaire, profil=profil, structure=structure).first()
    if tenue and demande and demande.type == TypeDemande.RENOUVELLEMENT:
        return _prolonger(tenue, demande, acteur)
    if tenue and not tenue.est_echue:
        return tenue
    if tenue:
        clore(tenue, EtatHabilitation.EXPIREE, acteur=None)
    aujourd_hui = timezone.localdate()
    habilitation = Habilitation.objects.create(
        titulaire=titulaire,
        profil=profil,
        structure=structure,
        demande=demande,
        debut_le=aujourd_hui,
        fin_le=mois_plus_tard(aujourd_hui, profil.duree_mois) if profil.duree_mois else None,
    )
    consigner(
        acteur=acteur,
        action="habilitation.ouverte",
        objet=habilitation,
        apres={"titulaire": str(titulaire), "demande": habilitation.demande_id, "fin_le": habilitation.fin_le},
    )
    return habilitation


def _prolonger(habilitation: Habilitation, demande: Demande, acteur: Acteur) -> Habilitation:
    """Repousse la fin d'une durée du profil, comptée de la fin prévue : renouveler tôt ne fait rien perdre."""
    avant, duree = {"fin_le": habilitation.fin_le, "avis_jours": habilitation.avis_jours}, demande.profil.duree_mois
    depart = max(habilitation.fin_le or timezone.localdate(), timezone.localdate())
    habilitation.fin_le = mois_plus_tard(depart, duree) if duree else None
    habilitation.avis_jours = None
    habilitation.save()
    consigner(
        acteur=acteur,
        action="habilitation.prolongee",
        objet=habilitation,
        avant=avant,
        apres={"fin_le": habilitation.fin_le, "demande": demande.pk},
    )
    return habilitation


@transaction.atomic
def renoncer(*, habilitation: Habilitation, acteur: Acteur, avertir: bool = True) -> Habilitation:
    """`acteur` vaut None quand le compte du titulaire se ferme de lui-même.

    Sans `avertir`, le courriel de qui appelle dit déjà, d'un bloc, tout ce que la personne rend.
    """
    habilitation = clore(relire_habilitation(habilitation), EtatHabilitation.RENONCEE, acteur=acteur)
    if avertir:
        courriels.habilitation_renoncee(habilitation)
    return habilitation


@transaction.atomic
def revoquer(*, habilitation: Habilitation, acteur: Utilisateur, motif: str) -> Habilitation:
    """Le motif est montré tel quel à la personne."""
    motif = _exiger_motif(motif, "de la révocation")
    habilitation = _relire_celle_d_une_autre(habilitation, acteur)
    habilitation = clore(habilitation, EtatHabilitation.REVOQUEE, acteur=acteur, motif=motif)
    courriels.habilitation_revoquee(habilitation)
    return habilitation


@transaction.atomic
def suspendre(*, habilitation: Habilitation, acteur: Utilisateur, motif: str) -> Habilitation:
    """Ferme l'application aussitôt, jusqu'à la reprise ; la date de fin ne bouge pas. Le motif est montré tel quel."""
    motif = _exiger_motif(motif, "de la suspension")
    habilitation = _relire_celle_d_une_autre(habilitation, acteur)
    exiger_habilitation(habilitation, EtatHabilitation.SUSPENDUE)
    habilitation.etat, habilitation.suspendue_le, habilitation.motif = (
        EtatHabilitation.SUSPENDUE,
        timezone.now(),
        motif,
    )
    habilitation.save()
    _consigner_le_passage(habilitation, EtatHabilitation.ACTIVE, "habilitation.suspendue", acteur, motif)
    rendre_les_affectations(personne=habilitation.titulaire, acteur=acteur)
    courriels.habilitation_suspendue(habilitation)
    return habilitation


@transaction.atomic
def reprendre(*, habilitation: Habilitation, acteur: Utilisateur, motif: str) -> Habilitation:
    """Rouvre l'application à qui l'avait suspendue. Le motif est montré tel quel."""
    motif = _exiger_motif(motif, "de la reprise")
    habilitation = _relire_celle_d_une_autre(habilitation, acteur)
    exiger_habilitation(habilitation, EtatHabilitation.ACTIVE)
    habilitation.etat, habilitation.suspendue_le, habilitation.motif = EtatHabilitation.ACTIVE, None, ""
    habilitation.save()
    _consigner_le_passage(habilitation, EtatHabilitation.SUSPENDUE, "habilitation.reprise", acteur, motif)
    courriels.habilitation_reprise(habilitation, motif)
    return habilitation


def defaire(*, demande: Demande, acteur: Utilisateur) -> None:
    """Retire ce que l'acceptation de la demande, annulée, avait donné ; la personne est verrouillée par l'appelant."""
    for ouverte in Habilitation.objects.tenues().filter(demande=demande):
        clore(relire_habilitation(ouverte), EtatHabilitation.ANNULEE, acteur=acteur)
    prolongees = Evenement.objects.filter(
        action="habilitation.prolongee", objet_type=Habilitation._meta.label_lower, apres__demande=demande.pk
    )
    for evenement in prolongees.order_by("-pk"):
        _rendre_la_fin(evenement, acteur)


def _rendre_la_fin(evenement: Evenement, acteur: Utilisateur) -> None:
    """Remet la fin d'avant une prolongation, et l'avis déjà donné d'elle, si rien n'y a touché depuis."""
    avant, apres = (valeurs["fin_le"] for valeurs in (evenement.avant, evenement.apres))
    habilitation = Habilitation.objects.tenues().filter(pk=evenement.objet_id, fin_le=apres).first()
    if habilitation is None:
        return
    habilitation = relire_habilitation(habilitation)
    habilitation.fin_le = date.fromisoformat(avant) if avant else None
    habilitation.avis_jours = evenement.avant.get("avis_jours")
    habilitation.save()
    consigner(
        acteur=acteur,
        action="habilitation.deprolongee",
        objet=habilitation,
        avant={"fin_le": apres},
        apres={"fin_le": avant, "demande": evenement.apres["demande"]},
    )


@transaction.atomic
def confirmer(*, habilitation: Habilitation, acteur: Utilisateur) -> Habilitation:
    """Dit, après l'avoir revue, que l'habilitation reste juste ; elle ne change pas."""
    habilitation = _relire_celle_d_une_autre(habilitation, acteur)
    if habilitation.etat not in TENUES:
        raise TransitionInterdite(habilitation)
    habilitation.confirmee_le = timezone.now()
    habilitation.save(update_fields=["confirmee_le"])
    consigner(acteur=acteur, action="habilitation.confirmee", objet=habilitation)
    return habilitation


def clore(habilitation: Habilitation, etat: EtatHabilitation, *, acteur: Acteur, motif: str = "") -> Habilitation:
    """Ferme pour de bon un droit relu sous le verrou de son titulaire."""
    exiger_habilitation(habilitation, etat)
    avant = EtatHabilitation(habilitation.etat)
    habilitation.etat, habilitation.close_le, habilitation.motif = etat, timezone.now(), motif
    habilitation.suspendue_le = None
    habilitation.save()
    _consigner_le_passage(habilitation, avant, f"habilitation.{etat}", acteur, motif)
    rendre_les_affectations(personne=habilitation.titulaire, acteur=acteur)
    return habilitation


def _consigner_le_passage(
    habilitation: Habilitation, avant: EtatHabilitation, action: str, acteur: Acteur, motif: str
) -> None:
    consigner(
        acteur=acteur,
        action=action,
        objet=habilitation,
        avant={"etat": avant},
        apres={"etat": habilitation.etat} | ({"motif": motif} if motif else {}),
    )


def _exiger_motif(motif: str, de_quoi: str) -> str:
    if not motif.strip():
        raise DemandeImpossible(f"Indiquez le motif {de_quoi} : la personne le lira.")
    return motif.strip()


def _relire_celle_d_une_autre(habilitation: Habilitation, acteur: Utilisateur) -> Habilitation:
    if habilitation.titulaire_id == acteur.pk:
        raise DemandeImpossible("Nul ne décide de ses propres habilitations : une autre personne s'en charge.")
    return relire_habilitation(habilitation)


def mois_plus_tard(jour: date, mois: int) -> date:
    """Même quantième `mois` mois plus tard ; le dernier jour du mois s'il n'existe pas (31 janvier → 28 février)."""
    annees, rang = divmod(jour.month - 1 + mois, 12)
    annee = jour.year + annees
    return date(annee, rang + 1, min(jour.day, monthrange(annee, rang + 1)[1]))
