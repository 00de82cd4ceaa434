"""Un courriel, une fonction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.timezone import localtime

from accounts import jetons
from accounts.durees import en_mots
from accounts.enums import DUREE_CODE
from accounts.jetons import Usage
from accounts.models import ChangementCourriel, Utilisateur
from courriels.services import ecrire


def confirmation(personne: Utilisateur) -> None:
    _ecrire(personne, "confirmation", **_lien(personne, Usage.CONFIRMATION, "accounts:confirmer"))


def confirmation_rappelee(personne: Utilisateur) -> None:
    """À qui s'inscrit de nouveau sans avoir confirmé : le compte reste celui de la première fois."""
    _ecrire(personne, "confirmation_rappelee", **_lien(personne, Usage.CONFIRMATION, "accounts:confirmer"))


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


def identite_modifiee(personne: Utilisateur, champs: Sequence[str]) -> None:
    _ecrire(personne, "identite_modifiee", champs=" et ".join(champs), oubli=_adresse("accounts:oubli"))


def nouvelle_adresse(changement: ChangementCourriel) -> None:
    lien = _adresse("accounts:confirmer_courriel", jetons.creer_pour_changement(changement, Usage.NOUVELLE_ADRESSE))
    _ecrire_a(
        changement.nouveau,
        "nouvelle_adresse",
        personne=changement.personne,
        lien=lien,
        duree=en_mots(Usage.NOUVELLE_ADRESSE.duree),
    )


def adresse_deja_prise(courriel: str) -> None:
    _ecrire_a(
        courriel, "adresse_deja_prise", connexion=_adresse("accounts:connexion"), oubli=_adresse("accounts:oubli")
    )


def changement_d_adresse_demande(changement: ChangementCourriel) -> None:
    _ecrire_a(changement.ancien, "changement_d_adresse_demande", **_contester(changement))


def changement_d_adresse_fait(changement: ChangementCourriel) -> None:
    _ecrire_a(changement.ancien, "changement_d_adresse_fait", **_contester(changement))


def compte_suspendu(personne: Utilisateur, changement: ChangementCourriel) -> None:
    for adresse in (changement.ancien, changement.nouveau):
        _ecrire_a(adresse, "compte_suspendu", personne=personne)


def compte_ferme_maintenant(personne: Utilisateur) -> None:
    """L'adieu."""
    _ecrire(
        personne,
        "compte_ferme_maintenant",
        raison=personne.get_fermeture_display(),
        delai=str(settings.COMPTE_DELAI_ANONYMISATION_JOURS),
    )


def compte_ferme(personne: Utilisateur) -> None:
    _ecrire(personne, "compte_ferme")


def compte_inactif(personne: Utilisateur, *, ferme_le: datetime) -> None:
    _ecrire_a(
        personne.courriel,
        "compte_inactif",
        personne=personne,
        ferme_le=localtime(ferme_le),
        connexion=_adresse("accounts:connexion"),
    )


def comptes_reunis(gardee: Utilisateur, fermee: Utilisateur) -> None:
    for adresse in (gardee.courriel, fermee.courriel):
        _ecrire_a(
            adresse,
            "comptes_reunis",
            personne=gardee,
            ancien=fermee.identifiant,
            connexion=_adresse("accounts:connexion"),
        )


def _contester(changement: ChangementCourriel) -> dict[str, Any]:
    return {
        "personne": changement.personne,
        "nouveau": changement.nouveau,
        "lien": _adresse("accounts:contester_courriel", jetons.creer_pour_changement(changement, Usage.CONTESTATION)),
        "duree": en_mots(Usage.CONTESTATION.duree),
    }


def _ecrire_a(destinataire: str, modele: str, **contexte: Any) -> None:
    ecrire(destinataire=destinataire, modele=f"accounts/courriels/{modele}", contexte=contexte)


def _ecrire(personne: Utilisateur, modele: str, **contexte: str) -> None:
    _ecrire_a(personne.courriel, modele, personne=personne, **contexte)


def _lien(personne: Utilisateur, usage: Usage, vue: str) -> dict[str, str]:
    return {"lien": _adresse(vue, jetons.creer(personne, usage)), "duree": en_mots(usage.duree)}


def _adresse(vue: str, *args: str) -> str:
    return f"{settings.SITE_URL}{reverse(vue, args=args)}"
