"""Ce qui, d'un import au suivant, ressemble moins à la vie du registre qu'à un fichier incomplet."""

from datetime import date
from typing import Any, Protocol

from structures.finess.lecture import FichierRefuse

# Le registre bouge de moins d'un pour cent par mois.
PART_MINIMALE = 0.98
PART_MINIMALE_D_UN_DEPARTEMENT = 0.90
PERTE_TOLEREE_D_UN_DEPARTEMENT = 5
PART_MAXIMALE_DE_REJETS = 0.01


class Bilan(Protocol):
    lignes: int
    camsp_cmpp: int
    rejetees: int
    date_du_fichier: date | None
    rapport: Any


def verifier_les_seuils(bilan: Bilan, precedent: Bilan | None, *, forcer: bool) -> None:
    """Lève `FichierRefuse` si le fichier n'a rien d'utile, ou, à moins de `forcer`, s'il a trop perdu."""
    if bilan.rejetees > PART_MAXIMALE_DE_REJETS * (bilan.lignes + bilan.rejetees) and bilan.rejetees > 1:
        ligne, motif = bilan.rapport["rejets"][0]
        raise FichierRefuse(
            f"{bilan.rejetees} lignes sur {bilan.lignes + bilan.rejetees} sont illisibles, la première à la ligne "
            f"{ligne} : {motif}."
        )
    if not bilan.lignes:
        raise FichierRefuse("Ce fichier ne contient aucun établissement.")
    if precedent is None or forcer:
        return
    if raison := _recul(bilan, precedent):
        raise FichierRefuse(f"{raison} Si c'est voulu, relancez l'import en le forçant.")


def _recul(bilan: Bilan, precedent: Bilan) -> str:
    if bilan.date_du_fichier and precedent.date_du_fichier and bilan.date_du_fichier < precedent.date_du_fichier:
        return (
            f"Ce fichier date du {bilan.date_du_fichier:%d/%m/%Y}, avant le dernier importé "
            f"({precedent.date_du_fichier:%d/%m/%Y})."
        )
    ouverts, avant = _ouverts(bilan), _ouverts(precedent)
    if ouverts < PART_MINIMALE * avant:
        return f"Ce fichier compte {ouverts} établissements ouverts, le dernier importé en comptait {avant}."
    if bilan.camsp_cmpp < PART_MINIMALE * precedent.camsp_cmpp:
        return (
            f"Ce fichier compte {bilan.camsp_cmpp} CAMSP et CMPP, "
            f"le dernier importé en comptait {precedent.camsp_cmpp}."
        )
    for code, avant in precedent.rapport.get("departements", {}).items():
        reste = bilan.rapport["departements"].get(code, 0)
        perdus = avant - reste
        if not reste or (perdus > PERTE_TOLEREE_D_UN_DEPARTEMENT and reste < PART_MINIMALE_D_UN_DEPARTEMENT * avant):
            return f"Le département {code} passe de {avant} à {reste} établissements."
    return ""


def _ouverts(bilan: Bilan) -> int:
    """FINESS+ compte aussi les fermés, que le format classique tait."""
    return sum(bilan.rapport.get("departements", {}).values())
