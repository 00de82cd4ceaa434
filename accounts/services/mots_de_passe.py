"""Retrouver son accès, changer de mot de passe."""

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import courriels, jetons
from accounts.enums import FinDeSession
from accounts.jetons import Usage
from accounts.models import Utilisateur
from accounts.services.commun import ecrire_si_connue, verrouiller
from accounts.services.sessions import fermer_les_sessions
from journal.services import Acteur, consigner


def aider_a_rentrer(*, acteur: Acteur, saisie: str) -> None:
    """Envoie à la personne son identifiant et un lien pour changer de mot de passe."""
    ecrire_si_connue(acteur, saisie, "mot_de_passe.oublie", courriels.reinitialisation)


def reinitialiser_mot_de_passe(*, acteur: Utilisateur, jeton: str, mot_de_passe: str) -> None:
    """Change le mot de passe d'`acteur`, à qui `jeton` fut envoyé. Lève `LienInvalide` si le lien vient de servir."""
    hache = make_password(mot_de_passe)
    with transaction.atomic():
        personne = verrouiller(acteur)
        jetons.lire(jeton, Usage.MOT_DE_PASSE)
        _poser_mot_de_passe(personne, hache, "mot_de_passe.reinitialise")


def changer_mot_de_passe(*, acteur: Utilisateur, mot_de_passe: str, session: int) -> Utilisateur:
    """Change le mot de passe de la personne connectée, qui vient de donner l'ancien ; rend le compte à jour.

    Seule `session`, d'où elle agit, reste ouverte.
    """
    hache = make_password(mot_de_passe)
    with transaction.atomic():
        personne = verrouiller(acteur)
        _poser_mot_de_passe(personne, hache, "mot_de_passe.change", sauf=session)
    return personne


def consigner_mot_de_passe_verifie(*, acteur: Utilisateur) -> None:
    """La personne déjà connectée vient de redonner son mot de passe."""
    consigner(acteur=acteur, action="mot_de_passe.verifie", objet=acteur)


def consigner_mot_de_passe_refuse(*, acteur: Utilisateur) -> None:
    consigner(acteur=acteur, action="mot_de_passe.refuse", objet=acteur)


def _poser_mot_de_passe(personne: Utilisateur, hache: str, action: str, *, sauf: int = 0) -> None:
    personne.password = hache
    personne.save(update_fields=["password"])
    fermer_les_sessions(personne, FinDeSession.MOT_DE_PASSE, sauf=sauf)
    consigner(acteur=personne, action=action, objet=personne)
    courriels.mot_de_passe_change(personne)
