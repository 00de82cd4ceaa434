"""Ce que les applications du haut ajoutent aux gestes des comptes : chacune s'inscrit dans son `AppConfig.ready`.

Les comptes ne connaissent pas ces applications ; ils appellent ce qui s'est inscrit, dans leur propre transaction.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from accounts.models import Utilisateur
from journal.services import Acteur

Geste = Callable[[Utilisateur, Acteur], None]
Ligne = dict[str, Any]


@dataclass(frozen=True)
class Partie:
    """Une partie de l'export des données : ses lignes, sous des noms que la personne comprend."""

    titre: str
    lire: Callable[[Utilisateur], Iterable[Ligne]]


@dataclass(frozen=True)
class Empechement:
    """Une raison pour laquelle la personne ne peut pas entrer, et ce que le support peut y faire."""

    constat: str
    remede: str = ""


def sans_refus(gardee: Utilisateur, fermee: Utilisateur) -> str:
    return ""


@dataclass(frozen=True)
class Fusion:
    """Ce qu'une application fait quand deux comptes d'une même personne n'en font plus qu'un.

    Chaque fonction reçoit le compte gardé, puis celui qui sera fermé. `refus` rend une phrase, ou rien.
    """

    apercu: Callable[[Utilisateur, Utilisateur], Iterable[str]]
    deplacer: Callable[[Utilisateur, Utilisateur, Acteur], None]
    refus: Callable[[Utilisateur, Utilisateur], str] = sans_refus


# Rendre ce que la personne tient, quand son compte se ferme.
a_la_fermeture: list[Geste] = []
# Ôter ce qui la nomme, quand son compte est anonymisé.
a_l_anonymisation: list[Geste] = []
# Effacer ce qu'un compte jamais confirmé a pu commencer, avant de le supprimer.
a_la_suppression: list[Geste] = []
parties_exportees: list[Partie] = []
empechements: list[Callable[[Utilisateur], Iterable[Empechement]]] = []
fusions: list[Fusion] = []
# Pages de l'administration sur une personne : nom d'adresse (sans « admin: », un numéro pour argument), libellé.
gestes_du_support: list[tuple[str, str]] = []
