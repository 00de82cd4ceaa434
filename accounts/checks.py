"""Ce que `manage.py check` exige des réglages des comptes."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from accounts.mire import VOIES


@register()
def voies_connues(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    inconnues = [code for code in settings.VOIES_DE_CONNEXION if code not in VOIES]
    if not inconnues and settings.VOIES_DE_CONNEXION:
        return []
    attendues = ", ".join(VOIES)
    return [
        Error(
            f"VOIES_DE_CONNEXION : « {', '.join(inconnues)} » ne dit aucune façon d'entrer. Au choix : {attendues}.",
            id="accounts.E001",
        )
    ]
