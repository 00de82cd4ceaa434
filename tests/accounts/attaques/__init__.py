"""Les attaques de la liste de contrôle des comptes, et la façon d'ôter la protection qui arrête chacune.

`EXIGENCES` dit la liste, ligne par ligne ; chaque attaque nomme ce qu'elle éprouve et rend vrai quand elle réussit.
`oter(poser, settings)` retire la protection pour le jumeau du test : `poser` remplace un objet, `settings` change un
réglage.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Oter = Callable[[Callable[..., None], Any], None]


EXIGENCES = {
    1: {"même réponse et même travail à la connexion", "… à l'inscription", "… à l'oubli"},
    2: {
        "une limite par compte",
        "une limite par adresse",
        "une limite pour tout le portail",
        "avant de hacher",
        "un bureau n'est pas arrêté par l'un des siens",
        "le titulaire n'est pas arrêté par un autre",
        "l'attente est dite",
    },
    3: {
        "la clé change à la connexion",
        "la clé change à la vérification",
        "la clé change avec le mot de passe",
        "une fin sans activité",
        "une fin au bout du temps",
        "chaque session se lit et se ferme d'ailleurs",
        "désactiver un compte ferme ses sessions",
    },
    4: {
        "ouvrir ne change rien",
        "une seule fois",
        "un temps",
        "dans un autre navigateur",
        "pour le seul titulaire",
    },
    5: {
        "le mot de passe ou le facteur est redemandé",
        "un avis part à l'ancienne adresse",
        "les autres sessions se ferment si on le veut",
        "une nouvelle adresse ne compte que confirmée",
    },
    6: {
        "un nouveau mot de passe laisse le second facteur dû",
        "les liens meurent avec le mot de passe",
        "les liens meurent avec l'adresse",
    },
    7: {"une seule fois", "dix minutes", "dans la session qui l'a demandé", "haché", "cinq essais"},
    8: {"une session simple se renforce", "puis va où elle allait", "sans quitter ce portail"},
    11: {
        "témoins liés à l'hôte et au chiffrement",
        "témoins fermés aux scripts",
        "témoins fermés aux autres sites",
        "ni jeton, ni code, ni mot de passe dans les journaux",
        "sortir ferme pour de bon",
    },
    12: {"réinitialiser un facteur laisse une trace", "ne pas voir un mot de passe", "ne pas en choisir"},
}


@dataclass(frozen=True)
class Ligne:
    numero: int
    exigence: str
    attaque: Callable[[], bool]
    oter: Oter

    def __str__(self) -> str:
        return f"{self.numero}-{self.attaque.__name__}"


LISTE: list[Ligne] = []


def liste(numero: int, exigence: str, oter: Oter) -> Callable[[Callable[[], bool]], Callable[[], bool]]:
    """Inscrit une attaque contre l'`exigence` de la ligne `numero`."""

    def inscrire(attaque: Callable[[], bool]) -> Callable[[], bool]:
        LISTE.append(Ligne(numero, exigence, attaque, oter))
        return attaque

    return inscrire


def sans(cible: str, remplacement: Any) -> Oter:
    """Ôte une protection en remplaçant ce qui la tient."""
    return lambda poser, settings: poser(cible, remplacement)


def reglage(nom: str, valeur: Any) -> Oter:
    return lambda poser, settings: setattr(settings, nom, valeur)


def rien(*args: Any, **kwargs: Any) -> None:
    """Ce que fait une protection ôtée."""
