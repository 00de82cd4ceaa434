"""Les seconds facteurs d'une personne, quelle que soit la bibliothèque qui les garde."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Model, QuerySet
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from accounts.enums import GenreFacteur
from accounts.models import FacteurMessage, Utilisateur

# Où se garde chaque genre, du plus sûr au moins sûr.
GARDES: dict[GenreFacteur, Any] = {
    GenreFacteur.CLE: WebAuthnCredential,
    GenreFacteur.APPLICATION: TOTPDevice,
    GenreFacteur.SMS: FacteurMessage,
    GenreFacteur.COURRIEL: FacteurMessage,
}


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
    """Les facteurs que la personne a prouvés, le dernier utilisé d'abord, puis du plus sûr au moins sûr.

    Les codes de secours n'en sont pas un.
    """
    surete = list(GARDES)
    tous = [_facteur(objet) for modele in dict.fromkeys(GARDES.values()) for objet in _prouves(personne, modele)]
    return sorted(
        tous,
        key=lambda un: (-un.utilise_le.timestamp() if un.utilise_le else 0.0, surete.index(un.genre)),
    )


def facteur_tenu(personne: Utilisateur, reference: str) -> Facteur | None:
    return next((un for un in facteurs(personne) if un.reference == reference), None)


def facteur_a_activer(personne: Utilisateur, reference: str) -> Facteur | None:
    """Un facteur commencé, dont la personne n'a pas encore rendu de code."""
    en_cours = [
        *TOTPDevice.objects.filter(user=personne, confirmed=False),
        *personne.facteurs_message.filter(confirme_le=None),
    ]
    return next((un for un in map(_facteur, en_cours) if un.reference == reference), None)


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
    genre, _, numero = reference.rpartition("-")
    if genre == GenreFacteur.SECOURS:
        return personne.codes_de_secours.exists()
    return _prouves(personne, GARDES[GenreFacteur(genre)]).filter(pk=numero).exists()


def _prouves(personne: Utilisateur, modele: Any) -> QuerySet[Any]:
    if modele is FacteurMessage:
        return personne.facteurs_message.exclude(confirme_le=None).order_by("pk")
    prouves: QuerySet[Any] = modele.objects.filter(user=personne, confirmed=True).order_by("pk")
    return prouves


def _facteur(objet: Any) -> Facteur:
    if isinstance(objet, FacteurMessage):
        destination = objet.telephone or objet.personne.courriel
        return Facteur(
            GenreFacteur(objet.canal), objet.nom, objet, objet.cree_le, objet.utilise_le, masquer(destination)
        )
    genre = GenreFacteur.APPLICATION if isinstance(objet, TOTPDevice) else GenreFacteur.CLE
    return Facteur(genre, objet.name, objet, objet.created_at, objet.last_used_at)


def masquer(destination: str) -> str:
    """« c…@structure.example », « …56 78 » : assez pour reconnaître la sienne, trop peu pour l'apprendre."""
    if "@" in destination:
        return f"{destination[0]}…@{destination.partition('@')[2]}"
    return f"…{destination[-4:-2]} {destination[-2:]}"
