"""Qui décide de quoi."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.enums import EtatCompte
from accounts.models import Utilisateur
from habilitations.models import Demande, Habilitation, Portefeuille


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
