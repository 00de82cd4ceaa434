"""Un courriel, une fonction."""

from django.conf import settings
from django.urls import reverse

from accounts import jetons
from accounts.enums import DUREE_CODE
from accounts.jetons import Usage
from accounts.models import Utilisateur
from courriels.services import ecrire


def confirmation(personne: Utilisateur) -> None:
    _ecrire(personne, "confirmation", **_lien(personne, Usage.CONFIRMATION, "accounts:confirmer"))


def confirmation_rappelee(personne: Utilisateur) -> None:
    """À qui s'inscrit de nouveau sans avoir confirmé : le compte reste celui de la première fois."""
    _ecrire(
        personne,
        "confirmation_rappelee",
        oubli=_adresse("accounts:oubli"),
        **_lien(personne, Usage.CONFIRMATION, "accounts:confirmer"),
    )


def deja_un_compte(personne: Utilisateur) -> None:
    _ecrire(personne, "deja_un_compte", connexion=_adresse("accounts:connexion"), oubli=_adresse("accounts:oubli"))


def compte_desactive(personne: Utilisateur) -> None:
    _ecrire(personne, "compte_desactive")


def reinitialisation(personne: Utilisateur) -> None:
    _ecrire(personne, "reinitialisation", **_lien(personne, Usage.MOT_DE_PASSE, "accounts:nouveau_mot_de_passe"))


def mot_de_passe_change(personne: Utilisateur) -> None:
    _ecrire(personne, "mot_de_passe_change", oubli=_adresse("accounts:oubli"))


def facteur_ajoute(personne: Utilisateur, facteur: str) -> None:
    _ecrire(personne, "facteur_ajoute", facteur=facteur, securite=_adresse("accounts:securite"))


def facteur_retire(personne: Utilisateur, facteur: str) -> None:
    _ecrire(personne, "facteur_retire", facteur=facteur, securite=_adresse("accounts:securite"))


def codes_de_secours_crees(personne: Utilisateur) -> None:
    _ecrire(personne, "codes_de_secours_crees", securite=_adresse("accounts:securite"))


def facteurs_reinitialises(personne: Utilisateur) -> None:
    _ecrire(personne, "facteurs_reinitialises", securite=_adresse("accounts:securite"))


def verifications_refusees(personne: Utilisateur) -> None:
    _ecrire(personne, "verifications_refusees", mot_de_passe=_adresse("accounts:changer_mot_de_passe"))


def code_ephemere(personne: Utilisateur, code: str) -> None:
    _ecrire(personne, "code_ephemere", code=code, duree=f"{DUREE_CODE.seconds // 60} minutes")


def _ecrire(personne: Utilisateur, modele: str, **contexte: str) -> None:
    ecrire(
        destinataire=personne.courriel,
        modele=f"accounts/courriels/{modele}",
        contexte={"personne": personne, **contexte},
    )


def _lien(personne: Utilisateur, usage: Usage, vue: str) -> dict[str, str]:
    return {"lien": _adresse(vue, jetons.creer(personne, usage)), "duree": en_mots(usage.duree)}


def _adresse(vue: str, *args: str) -> str:
    return f"{settings.SITE_URL}{reverse(vue, args=args)}"


def en_mots(secondes: int) -> str:
    """« 3 jours », « 2 heures »."""
    heures = secondes // 3600
    jours, reste = divmod(heures, 24)
    nombre, unite = (jours, "jour") if jours and not reste else (heures, "heure")
    return f"{nombre} {unite}{'s' if nombre > 1 else ''}"
