"""Le fichier FINESS du jour, d'après le catalogue national des données ouvertes (API de udata, version 1)."""

import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from http.client import HTTPException, HTTPResponse
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, cast
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit
from urllib.request import Request, urlopen

JEU = "/api/1/datasets/finess-structures-1/"
BLOC = 1 << 18
ESSAIS = 4
# Un serveur qui goutte sans jamais se taire n'occupe pas la tâche plus longtemps.
DUREE_MAX = 30 * 60
_SUFFIXES = (".json", ".json.gz", ".csv", ".csv.gz")

Progres = Callable[[int, int], None] | None


class TelechargementImpossible(Exception):
    """Le message dit pourquoi, en une phrase."""


@dataclass(frozen=True)
class Ressource:
    nom: str
    adresse: str
    taille: int
    sha1: str
    modifiee: str


def derniere(catalogue: str, *, delai: float) -> Ressource:
    """La ressource la plus récente du jeu de données. Lève `TelechargementImpossible`."""
    try:
        with _ouvrir(f"{catalogue}{JEU}", delai) as reponse:
            jeu = json.load(reponse)
    except HTTPError as erreur:
        erreur.close()
        raise TelechargementImpossible(f"Le catalogue répond {erreur.code} pour le jeu de données FINESS.") from erreur
    except (OSError, HTTPException) as erreur:
        raise TelechargementImpossible(f"Le catalogue ne répond pas ({erreur}) : réessayez plus tard.") from erreur
    except ValueError as erreur:
        raise TelechargementImpossible("Le catalogue n'a pas répondu en JSON.") from erreur
    ressources = [lue for brute in _liste(jeu) if (lue := _ressource(brute))]
    if not ressources:
        raise TelechargementImpossible(
            "Le catalogue ne liste aucun fichier FINESS en JSON ou CSV dont il donne la taille et l'empreinte SHA-1."
        )
    return max(ressources, key=lambda ressource: (".json" in ressource.nom, ressource.modifiee))


def telecharger(ressource: Ressource, dossier: Path, *, delai: float, progres: Progres = None) -> Path:
    """Pose le fichier dans `dossier` et rend son chemin ; un téléchargement interrompu reprend où il en était.

    Lève `TelechargementImpossible` : fichier absent, tronqué, d'une autre empreinte, serveur trop lent.
    """
    dossier.mkdir(parents=True, exist_ok=True)
    chemin, partiel = dossier / ressource.nom, dossier / f"{ressource.nom}.partiel"
    if chemin.exists() and _sha1(chemin) == ressource.sha1:
        return chemin
    limite = time.monotonic() + DUREE_MAX
    for _ in range(ESSAIS):
        if _taille(partiel) < ressource.taille:
            _poursuivre(ressource, partiel, delai, limite, progres)
    if _taille(partiel) < ressource.taille:
        raise TelechargementImpossible(
            f"Le fichier s'arrête à {_taille(partiel)} octets sur {ressource.taille} : relancez la commande, "
            "elle reprendra où elle en est."
        )
    if _taille(partiel) != ressource.taille or _sha1(partiel) != ressource.sha1:
        partiel.unlink()
        raise TelechargementImpossible(
            "Le fichier reçu n'a pas la taille ou l'empreinte SHA-1 annoncées : il est écarté, relancez la commande."
        )
    partiel.replace(chemin)
    return chemin


def _poursuivre(ressource: Ressource, partiel: Path, delai: float, limite: float, progres: Progres) -> None:
    """Un essai ; ce qu'il a reçu est gardé, qu'il aboutisse ou non."""
    deja = _taille(partiel)
    try:
        with _ouvrir(ressource.adresse, delai, deja) as reponse:
            reprise = reponse.status == HTTPStatus.PARTIAL_CONTENT
            with partiel.open("ab" if reprise else "wb") as copie:
                _recopier(reponse, copie, ressource.taille, limite, progres)
    except HTTPError as erreur:
        erreur.close()
        if erreur.code == HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            partiel.unlink(missing_ok=True)
            return
        raise TelechargementImpossible(f"Le serveur répond {erreur.code} pour {ressource.nom}.") from erreur
    except TimeoutError as erreur:
        if _taille(partiel) == deja:
            raise TelechargementImpossible(
                f"Le serveur n'envoie plus rien depuis {delai:g} secondes : relancez la commande plus tard."
            ) from erreur
    except (OSError, HTTPException) as erreur:
        if _taille(partiel) == deja:
            raise TelechargementImpossible(f"Le serveur ne répond pas ({erreur}) : réessayez plus tard.") from erreur


def _recopier(reponse: HTTPResponse, copie: BinaryIO, taille: int, limite: float, progres: Progres) -> None:
    """Jusqu'au bout, ou au premier octet de trop."""
    while copie.tell() <= taille and (bloc := reponse.read1(BLOC)):
        copie.write(bloc)
        if progres:
            progres(copie.tell(), taille)
        if time.monotonic() > limite:
            raise TelechargementImpossible("Le serveur est trop lent : relancez la commande plus tard.")


def _ouvrir(adresse: str, delai: float, depuis: int = 0) -> HTTPResponse:
    if urlsplit(adresse).scheme not in {"http", "https"}:
        raise TelechargementImpossible(f"L'adresse « {adresse[:100]} » n'est pas celle d'un site.")
    entetes = {"User-Agent": "portail (import FINESS)"} | ({"Range": f"bytes={depuis}-"} if depuis else {})
    reponse = urlopen(Request(adresse, headers=entetes), timeout=delai)  # noqa: S310 -- http(s) seulement, vu plus haut
    return cast("HTTPResponse", reponse)


def _liste(jeu: Any) -> list[dict[str, Any]]:
    ressources = jeu.get("resources") if isinstance(jeu, dict) else None
    return [une for une in ressources if isinstance(une, dict)] if isinstance(ressources, list) else []


def _ressource(brute: dict[str, Any]) -> Ressource | None:
    """Rien si ce n'est pas un fichier de données dont on puisse vérifier la taille et l'empreinte."""
    extras, somme = brute.get("extras") or {}, brute.get("checksum") or {}
    adresse = str(brute.get("url") or "")
    nom = PurePosixPath(unquote(urlsplit(adresse).path)).name
    taille = brute.get("filesize") or extras.get("analysis:content-length")
    sha1 = somme.get("value") if somme.get("type") == "sha1" else extras.get("analysis:checksum")
    if not nom.lower().endswith(_SUFFIXES) or "schema" in nom.lower() or not isinstance(taille, int) or not sha1:
        return None
    return Ressource(nom, adresse, taille, str(sha1).lower(), str(brute.get("last_modified") or ""))


def _taille(chemin: Path) -> int:
    return chemin.stat().st_size if chemin.exists() else 0


def _sha1(chemin: Path) -> str:
    with chemin.open("rb") as fichier:
        # L'empreinte que publie le catalogue : elle dit l'intégrité, non l'origine.
        return hashlib.file_digest(fichier, lambda: hashlib.sha1(usedforsecurity=False)).hexdigest()
