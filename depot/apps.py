from django.apps import AppConfig


class DepotConfig(AppConfig):
    name = "depot"
    verbose_name = "Dépôt CAMSP / CMPP"

    def ready(self) -> None:
        from accounts import prolongements
        from accounts.prolongements import Fusion, Partie
        from depot import queries, services

        prolongements.parties_exportees.append(Partie("Documents déposés", queries.documents_exportes))
        prolongements.fusions.append(Fusion(services.apercu_de_fusion, services.fusionner))
