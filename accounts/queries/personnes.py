"""Retrouver une personne, ses sessions, ce qu'elle a demandé."""

from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from accounts.enums import EtatChangement, EtatCompte
from accounts.limites import reseau
from accounts.models import ChangementCourriel, SessionOuverte, Utilisateur

# Où se cherche une personne (index : habilitations, migration 0017).
CHAMPS_CHERCHES = ("nom__sans_accent", "prenom__sans_accent", "identifiant__sans_accent", "courriel__sans_accent")
# Plus court, un mot ne se cherche qu'au début : l'index à trigrammes n'en trouverait pas le milieu.
_MILIEU = 3


def nommees(mot: str) -> Q:
    """Les personnes où se lit ce mot, aux accents et à la casse près."""
    comment = "icontains" if len(mot) >= _MILIEU else "istartswith"
    return reduce(or_, (Q((f"{champ}__{comment}", mot)) for champ in CHAMPS_CHERCHES))


def par_identifiant_ou_courriel(saisie: str) -> Utilisateur | None:
    """Un compte anonymisé n'a plus ni identifiant ni adresse."""
    saisie = saisie.strip().lower()
    comptes = Utilisateur.objects.exclude(etat=EtatCompte.ANONYME)
    return comptes.filter(Q(identifiant=saisie) | Q(courriel=saisie)).first()


def a_confirmer(numero: int | None) -> Utilisateur | None:
    """Le compte de ce numéro, si son adresse reste à confirmer ; sans numéro, aucun, au prix de la même lecture."""
    return Utilisateur.objects.filter(pk=numero or 0, etat=EtatCompte.A_CONFIRMER).first()


def identifiants_pris(souhaite: str) -> set[str]:
    """Identifiants qui commencent comme `souhaite`."""
    return set(Utilisateur.objects.filter(identifiant__startswith=souhaite).values_list("identifiant", flat=True))


def sessions_ouvertes(personne: Utilisateur) -> QuerySet[SessionOuverte]:
    return SessionOuverte.objects.filter(personne=personne).en_cours()


def vient_d_une_adresse_habituelle(personne: Utilisateur, adresse: str | None) -> bool:
    """Si la personne a déjà prouvé un second facteur depuis cette adresse, ou en IPv6 depuis ce réseau.

    Le mot de passe seul ne suffit pas : qui l'a volé se rendrait habituel.
    """
    verifiees = personne.sessions.exclude(verifiee_le=None).exclude(adresse=None)
    habituelles = verifiees.order_by("adresse").values_list("adresse", flat=True).distinct()
    return adresse is not None and reseau(adresse) in map(reseau, habituelles)


def courriel_a_confirmer(personne: Utilisateur) -> ChangementCourriel | None:
    return personne.changements_courriel.filter(etat=EtatChangement.EN_ATTENTE).first()
