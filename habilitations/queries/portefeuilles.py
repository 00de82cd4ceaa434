"""Qui décide de quoi."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from habilitations.models import Demande, Habilitation, Portefeuille
from structures.models import Structure


def gestionnaires_couvrant(demande: Demande) -> QuerySet[Utilisateur]:
    """Gestionnaires actifs à qui un portefeuille confie cette demande, son auteur excepté."""
    candidats = (
        Portefeuille.objects.filter(Q(applications=demande.profil.application_id) | Q(profils=demande.profil_id))
        .distinct()
        .avec_perimetre()
    )
    couvrants = [
        portefeuille.pk
        for portefeuille in candidats
        if Demande.objects.filter(portefeuille.perimetre(), pk=demande.pk).exists()
    ]
    gestion = Habilitation.objects.de_gestion().filter(titulaire=OuterRef("pk"))
    return (
        Utilisateur.objects.filter(Exists(gestion), portefeuilles__in=couvrants, etat=EtatCompte.ACTIF)
        .exclude(pk=demande.auteur.pk)
        .distinct()
    )


def habilitees(personne: Utilisateur, structure: Structure) -> QuerySet[Habilitation] | None:
    """Droits en vigueur sur cette structure, pour les profils que la personne y gère ; None si elle n'y gère rien."""
    profils, gere = Q(pk__in=[]), False
    for portefeuille in Portefeuille.objects.de(personne):
        departements = {departement.pk for departement in portefeuille.departements.all()}
        departements |= {d.pk for region in portefeuille.regions.all() for d in region.departements.all()}
        partout = not portefeuille.regions.all() and not portefeuille.departements.all()
        if partout or structure.departement_id in departements:
            gere = True
            profils |= Q(profil__application__in=portefeuille.applications.all()) | Q(
                profil__in=portefeuille.profils.all()
            )
    if not gere:
        return None
    return (
        Habilitation.objects.actives()
        .filter(profils, structure=structure)
        .select_related("titulaire", "profil__application")
        .order_by("titulaire__nom", "titulaire__prenom", "profil")
        .distinct()
    )
