"""L'année passée à côté de cette année."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from depot.classeur.controle import Avertissement, montrer
from depot.classeur.modele import NUMERIQUES, Controle


@dataclass(frozen=True)
class Ecart:
    """Un chiffre et ses deux années (None si l'une ne le dit pas)."""

    controle: Controle
    avant: float | None
    apres: float | None

    @property
    def est_marquant(self) -> bool:
        """Au-delà du seuil que dit le modèle ; de zéro à quelque chose, il n'y a pas de pourcentage à franchir."""
        seuil, pourcentage = self.controle.ecart, _pourcentage(self.avant, self.apres)
        return seuil is not None and pourcentage is not None and abs(pourcentage) > seuil


def _pourcentage(avant: float | None, apres: float | None) -> float | None:
    if avant is None or apres is None or avant == 0:
        return None
    return (apres - avant) / abs(avant) * 100


def variation(avant: float | None, apres: float | None) -> str:
    """« −60 % », « +12 % », vide si elle ne se calcule pas."""
    pourcentage = _pourcentage(avant, apres)
    if pourcentage is None:
        return ""
    arrondie = round(pourcentage)
    signe = "+" if arrondie > 0 else "\u2212" if arrondie < 0 else ""
    return f"{signe}{montrer(float(abs(arrondie)))}\u00a0%"


def comparer(controles: Iterable[Controle], avant: Mapping[str, float], apres: Mapping[str, float]) -> list[Ecart]:
    """Chaque chiffre que dit l'une des deux années, dans l'ordre du modèle."""
    return [
        Ecart(controle, avant.get(controle.code), apres.get(controle.code))
        for controle in controles
        if controle.sorte in NUMERIQUES and (controle.code in avant or controle.code in apres)
    ]


def avertir(ecarts: Iterable[Ecart]) -> list[Avertissement]:
    """« 412 l'an passé, 165 cette année (−60 %) » : à confirmer."""
    return [
        Avertissement(
            ecart.controle.code,
            ecart.controle.libelle,
            f"{montrer(ecart.avant)} l'an passé, {montrer(ecart.apres)} cette année "
            f"({variation(ecart.avant, ecart.apres)})",
        )
        for ecart in ecarts
        if ecart.est_marquant
    ]
