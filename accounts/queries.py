"""Lectures des comptes."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, Q, QuerySet
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from accounts.enums import EtatCompte, GenreFacteur
from accounts.models import FacteurMessage, SessionOuverte, Utilisateur


def par_identifiant_ou_courriel(saisie: str) -> Utilisateur | None:
    saisie = saisie.strip().lower()
    return Utilisateur.objects.filter(Q(identifiant=saisie) | Q(courriel=saisie)).first()


def a_confirmer(numero: int | None) -> Utilisateur | None:
    """Le compte de ce numéro, si son adresse reste à confirmer ; sans numéro, aucun, au prix de la même lecture."""
    return Utilisateur.objects.filter(pk=numero or 0, etat=EtatCompte.A_CONFIRMER).first()


def identifiants_pris(souhaite: str) -> set[str]:
    """Identifiants qui commencent comme `souhaite`."""
    return set(Utilisateur.objects.filter(identifiant__startswith=souhaite).values_list("identifiant", flat=True))


@dataclass(frozen=True)
class Facteur:
    """Un second facteur, quelle que soit la bibliothèque qui le garde."""

    genre: GenreFacteur
    nom: str
    objet: Model
    ajoute_le: datetime | None
    utilise_le: datetime | None
    destination: str = ""

    @property
    def reference(self) -> str:
        """« application-12 » : ce que portent les adresses et la session."""
        return f"{self.genre}-{self.objet.pk}"


def facteurs(personne: Utilisateur) -> list[Facteur]:
    """Les facteurs que la personne a prouvés, le dernier utilisé d'abord. Les codes de secours n'en sont pas un."""
    tous = [
        *(_cle(cle) for cle in WebAuthnCredential.objects.filter(user=personne, confirmed=True)),
        *(_application(appareil) for appareil in TOTPDevice.objects.filter(user=personne, confirmed=True)),
        *(_message(canal) for canal in personne.facteurs_message.exclude(confirme_le=None)),
    ]
    genres = list(GenreFacteur)
    tous.sort(key=lambda facteur: (-_horodatage(facteur.utilise_le), genres.index(facteur.genre), facteur.objet.pk))
    return tous


def facteur_tenu(personne: Utilisateur, reference: str) -> Facteur | None:
    return next((un for un in facteurs(personne) if un.reference == reference), None)


def facteur_a_activer(personne: Utilisateur, reference: str) -> Facteur | None:
    """Un facteur commencé, dont la personne n'a pas encore rendu de code."""
    en_cours = [
        *(_application(appareil) for appareil in TOTPDevice.objects.filter(user=personne, confirmed=False)),
        *(_message(canal) for canal in personne.facteurs_message.filter(confirme_le=None)),
    ]
    return next((un for un in en_cours if un.reference == reference), None)


def codes_de_secours_restants(personne: Utilisateur) -> int:
    return personne.codes_de_secours.filter(utilise_le=None).count()


def moyens_de_verification(personne: Utilisateur) -> list[Facteur]:
    """Ce que la personne peut présenter après son mot de passe ; rien si elle n'a aucun facteur."""
    tous = facteurs(personne)
    if tous and codes_de_secours_restants(personne):
        tous.append(Facteur(GenreFacteur.SECOURS, GenreFacteur.SECOURS.label, personne, None, None))
    return tous


def moyen_tenu(personne: Utilisateur, reference: str) -> bool:
    """Le moyen qui a rendu une session forte est-il encore à la personne ?"""
    if reference.startswith(GenreFacteur.SECOURS):
        return personne.codes_de_secours.exists()
    return facteur_tenu(personne, reference) is not None


def _cle(cle: WebAuthnCredential) -> Facteur:
    return Facteur(GenreFacteur.CLE, cle.name, cle, cle.created_at, cle.last_used_at)


def _application(appareil: TOTPDevice) -> Facteur:
    return Facteur(GenreFacteur.APPLICATION, appareil.name, appareil, appareil.created_at, appareil.last_used_at)


def _message(canal: FacteurMessage) -> Facteur:
    destination = canal.personne.courriel if canal.canal == GenreFacteur.COURRIEL else canal.telephone
    return Facteur(GenreFacteur(canal.canal), canal.nom, canal, canal.cree_le, canal.utilise_le, masquer(destination))


def masquer(destination: str) -> str:
    """« c…@structure.example », « …56 78 » : assez pour reconnaître la sienne, trop peu pour l'apprendre."""
    if "@" in destination:
        return f"{destination[0]}…@{destination.partition('@')[2]}"
    return f"…{destination[-4:-2]} {destination[-2:]}"


def _horodatage(date: datetime | None) -> float:
    return date.timestamp() if date else 0.0


def sessions_ouvertes(personne: Utilisateur) -> QuerySet[SessionOuverte]:
    return personne.sessions.filter(fermee_le=None)


def vient_d_une_adresse_habituelle(personne: Utilisateur, adresse: str | None) -> bool:
    """Si la personne s'est déjà connectée depuis cette adresse."""
    return adresse is not None and personne.sessions.filter(adresse=adresse).exists()
