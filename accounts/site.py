"""Le site d'administration du support : il ne s'ouvre qu'à une connexion forte."""

from django.conf import settings
from django.contrib.admin import AdminSite
from django.http import HttpRequest


class SiteDuSupport(AdminSite):
    site_header = "Support du portail"
    site_title = "Support du portail"
    index_title = "Consulter et aider"

    def has_permission(self, request: HttpRequest) -> bool:
        """Refusée, la personne passe par « admin/login/ », qui la mène à la vérification puis la ramène ici."""
        # Import local : ce module est lu pendant le chargement des applications, avant les modèles.
        from accounts.connexion_forte import est_forte

        if not super().has_permission(request):
            return False
        return not settings.SECOND_FACTEUR_OBLIGATOIRE or est_forte(request)
