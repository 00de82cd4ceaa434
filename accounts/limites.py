"""Ce que chaque porte admet de tentatives, et au-delà de quoi elle demande un captcha ou refuse.

Les raisons de chaque nombre sont dans docs/decisions/limites.md.
"""

from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv6Address, ip_address

from django.conf import settings
from django.utils.crypto import salted_hmac

from accounts.durees import en_mots


class Porte(StrEnum):
    CONNEXION = "connexion"
    OUBLI = "oubli"
    CONFIRMATION = "confirmation"
    INSCRIPTION = "inscription"
    FACTEUR = "facteur"
    MOT_DE_PASSE = "mot_de_passe"
    VERIFICATION = "verification"

    @property
    def nombre(self) -> int:
        return int(settings.LIMITES[self][0])

    @property
    def duree(self) -> int:
        """Durée de la fenêtre, en secondes."""
        return int(settings.LIMITES[self][1])


class Portee(StrEnum):
    COUPLE = "un compte depuis une adresse"
    COMPTE = "un compte"
    ADRESSE = "une adresse"
    ENSEMBLE = "le portail"


# Les noms que le journal leur donne.
LIMITE_ATTEINTE, LIMITES_LEVEES = "limite.atteinte", "limites.levees"
# Combien de fois la limite de la porte. Une portée absente ne refuse jamais.
REFUS: dict[Portee, float] = {Portee.COUPLE: 1, Portee.COMPTE: 4, Portee.ADRESSE: 50, Portee.ENSEMBLE: 1000}
REFUS_A_LA_CONNEXION: dict[Portee, float] = {portee: fois for portee, fois in REFUS.items() if portee != Portee.COMPTE}
CAPTCHA_A_LA_CONNEXION: dict[Portee, float] = {Portee.COMPTE: 1, Portee.ADRESSE: 3, Portee.ENSEMBLE: 100}


class LimiteAtteinte(Exception):
    """Trop de tentatives ; le message dit combien attendre, `attente` le dit en secondes."""

    def __init__(self, attente: int) -> None:
        self.attente = attente
        super().__init__(f"Trop de tentatives : rien n'a été vérifié. Réessayez dans {en_mots(attente)}.")


@dataclass(frozen=True)
class Tentative:
    """Quelqu'un, nommé par `compte`, essaie une porte depuis une adresse."""

    porte: Porte
    compte: str
    adresse: str | None

    @property
    def cles(self) -> dict[Portee, str]:
        """Une clé par portée : une empreinte, car la saisie est parfois un mot de passe."""
        compte, adresse = self.compte.strip().lower(), reseau(self.adresse)
        sujets = {
            Portee.COUPLE: f"{compte}|{adresse}",
            Portee.COMPTE: compte,
            Portee.ADRESSE: adresse,
            Portee.ENSEMBLE: "",
        }
        return {
            portee: salted_hmac(f"limites.{self.porte}.{portee.name}", sujet, algorithm="sha256").hexdigest()
            for portee, sujet in sujets.items()
        }

    def plafond(self, portee: Portee) -> float:
        refus = REFUS_A_LA_CONNEXION if self.porte == Porte.CONNEXION else REFUS
        return self.porte.nombre * refus.get(portee, float("inf"))

    def seuil_du_captcha(self, portee: Portee) -> float:
        if portee == Portee.COUPLE:
            return int(settings.CAPTCHA_APRES_ECHECS)
        return self.porte.nombre * CAPTCHA_A_LA_CONNEXION[portee]


def reseau(adresse: str | None) -> str:
    """L'adresse, ou en IPv6 le réseau /64 qu'un seul abonné tient tout entier."""
    if not adresse:
        return ""
    try:
        lue = ip_address(adresse)
    except ValueError:
        return adresse
    if isinstance(lue, IPv6Address):
        return str(lue.ipv4_mapped or lue.exploded[:19])
    return str(lue)
