from importlib import import_module

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Comptes"

    def ready(self) -> None:
        # Les modèles ne se chargent qu'une fois les applications prêtes.
        from accounts import sessions

        user_logged_in.connect(sessions.ouvrir, dispatch_uid="sessions.ouvrir")
        import_module("accounts.checks")
