"""Lectures des comptes."""

from django.db.models import Q, QuerySet

from accounts.models import SessionOuverte, Utilisateur


def par_identifiant_ou_courriel(saisie: str) -> Utilisateur | None:
    saisie = saisie.strip().lower()
    return Utilisateur.objects.filter(Q(identifiant=saisie) | Q(courriel=saisie)).first()


def identifiants_pris(souhaite: str) -> set[str]:
    """Identifiants qui commencent comme `souhaite`."""
    return set(Utilisateur.objects.filter(identifiant__startswith=souhaite).values_list("identifiant", flat=True))


def sessions_ouvertes(personne: Utilisateur) -> QuerySet[SessionOuverte]:
    return SessionOuverte.objects.filter(personne=personne).en_cours()


def vient_d_une_adresse_habituelle(personne: Utilisateur, adresse: str | None) -> bool:
    """Si la personne s'est déjà connectée depuis cette adresse."""
    return adresse is not None and personne.sessions.filter(adresse=adresse).exists()
