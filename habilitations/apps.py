from importlib import import_module

from django.apps import AppConfig


class HabilitationsConfig(AppConfig):
    name = "habilitations"
    verbose_name = "Habilitations"

    def ready(self) -> None:
        import_module("habilitations.receveurs")
        import_module("habilitations.volets")
        from accounts import prolongements
        from accounts.prolongements import Fusion, Partie
        from habilitations import queries
        from habilitations.services import comptes

        prolongements.a_la_fermeture.append(comptes.rendre_tout)
        prolongements.a_l_anonymisation.append(comptes.effacer_les_messages)
        prolongements.a_la_suppression.append(comptes.effacer_les_demandes_jamais_parties)
        prolongements.parties_exportees += [
            Partie("Demandes", queries.demandes_exportees),
            Partie("Habilitations", queries.habilitations_exportees),
        ]
        prolongements.empechements.append(queries.facteur_manquant)
        prolongements.fusions.append(Fusion(comptes.apercu_de_fusion, comptes.fusionner, comptes.refus_de_fusionner))
        prolongements.gestes_du_support.append(
            ("habilitations_manquantes", "Pourquoi lui manque-t-il une application ?")
        )
