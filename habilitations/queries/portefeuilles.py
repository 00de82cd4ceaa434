"""Ce que les portefeuilles donnent à voir et à décider."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from habilitations.enums import ADMINISTRATION
from habilitations.models import Demande, DemandeQuerySet, Habilitation, Portefeuille, StructureDemandee


def demandes_couvertes(personne: Utilisateur) -> DemandeQuerySet:
    """Demandes envoyées que les portefeuilles de la personne lui confient ; les siennes n'y sont jamais.

    Aucune sans habilitation en vigueur sur un profil de l'application ADMINISTRATION.
    """
    gestion = Habilitation.objects.actives().filter(titulaire=personne, profil__application__code=ADMINISTRATION)
    perimetre = Q(pk__in=[])
    for portefeuille in _lus(Portefeuille.objects.filter(Exists(gestion), gestionnaires=personne)):
        perimetre |= _perimetre(portefeuille)
    return Demande.objects.soumises().filter(perimetre).exclude(demandeur=personne)


def gestionnaires_couvrant(demande: Demande) -> QuerySet[Utilisateur]:
    """Gestionnaires actifs à qui un portefeuille confie cette demande, son auteur excepté."""
    candidats = _lus(
        Portefeuille.objects.filter(
            Q(applications=demande.profil.application_id) | Q(profils=demande.profil_id)
        ).distinct()
    )
    couvrants = [
        portefeuille.pk
        for portefeuille in candidats
        if Demande.objects.filter(_perimetre(portefeuille), pk=demande.pk).exists()
    ]
    gestion = Habilitation.objects.actives().filter(titulaire=OuterRef("pk"), profil__application__code=ADMINISTRATION)
    return (
        Utilisateur.objects.filter(Exists(gestion), portefeuilles__in=couvrants, etat=EtatCompte.ACTIF)
        .exclude(pk=demande.demandeur_id)
        .distinct()
    )


def _lus(portefeuilles: QuerySet[Portefeuille]) -> QuerySet[Portefeuille]:
    return portefeuilles.prefetch_related("applications", "profils", "departements", "regions__departements")


def _perimetre(portefeuille: Portefeuille) -> Q:
    """Les demandes d'un portefeuille : ses profils, et toutes leurs structures dans ses départements s'il en nomme.

    Une demande à cheval sur deux périmètres revient à qui les couvre entièrement : décider d'une partie ouvrirait des
    droits hors du portefeuille.
    """
    profils = Q(profil__application__in=[application.pk for application in portefeuille.applications.all()]) | Q(
        profil__in=[profil.pk for profil in portefeuille.profils.all()]
    )
    regions, departements = portefeuille.regions.all(), portefeuille.departements.all()
    if not regions and not departements:
        return profils
    codes = {departement.pk for region in regions for departement in region.departements.all()}
    codes |= {departement.pk for departement in departements}
    structures = StructureDemandee.objects.filter(demande=OuterRef("pk"))
    ailleurs = structures.exclude(structure__departement__in=codes)
    return profils & Exists(structures) & ~Exists(ailleurs)
