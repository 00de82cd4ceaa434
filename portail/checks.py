"""Ce que `manage.py check` exige des réglages du thème et de la conservation."""

import re
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

JOURNAL_MOIS_MIN, JOURNAL_MOIS_MAX = 6, 36
CONTRASTE_MIN = 4.5  # RGAA 3.2 : texte blanc sur le bandeau et sur la tête des tuiles


SEUIL_SRGB = 0.04045  # sous lui, la courbe du sRVB est une droite


def _lineaire(composante: float) -> float:
    return composante / 12.92 if composante <= SEUIL_SRGB else float(((composante + 0.055) / 1.055) ** 2.4)


def contraste_avec_blanc(couleur: str) -> float:
    """Rapport de contraste WCAG d'une couleur « #rrvvbb » avec le blanc."""
    rouge, vert, bleu = (_lineaire(int(couleur[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return 1.05 / (0.2126 * rouge + 0.7152 * vert + 0.0722 * bleu + 0.05)


@register()
def couleurs_lisibles(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    erreurs: list[CheckMessage] = []
    for nom in ("ORGANISATION_COULEUR", "ORGANISATION_COULEUR_TUILE"):
        couleur = getattr(settings, nom)
        if not re.fullmatch("#[0-9a-fA-F]{6}", couleur):
            erreurs.append(Error(f"{nom} s'écrit « #rrvvbb », non « {couleur} ».", id="portail.E001"))
        elif contraste_avec_blanc(couleur) < CONTRASTE_MIN:
            erreurs.append(Error(f"{nom} est trop claire : le texte blanc y serait illisible.", id="portail.E002"))
    return erreurs


@register()
def duree_du_journal(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """De six mois à trois ans : les bornes de la CNIL pour la journalisation."""
    if JOURNAL_MOIS_MIN <= settings.JOURNAL_MOIS <= JOURNAL_MOIS_MAX:
        return []
    return [Error("JOURNAL_MOIS va de 6 à 36 mois.", id="portail.E003")]
