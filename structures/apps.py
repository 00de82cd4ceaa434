from django.apps import AppConfig
from django.db.backends.signals import connection_created


class StructuresConfig(AppConfig):
    name = "structures"
    verbose_name = "Structures"

    def ready(self) -> None:
        from structures.accents import equiper_sqlite

        connection_created.connect(equiper_sqlite)
