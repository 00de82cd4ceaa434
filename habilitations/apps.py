from importlib import import_module

from django.apps import AppConfig


class HabilitationsConfig(AppConfig):
    name = "habilitations"
    verbose_name = "Habilitations"

    def ready(self) -> None:
        import_module("habilitations.receveurs")
        import_module("habilitations.volets")
