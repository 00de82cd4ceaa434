"""Boîte d'envoi vue par le support : lire, chercher, remettre à l'envoi ce qui a échoué."""

from django.contrib import admin, messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from courriels.models import Courriel
from courriels.services import renvoyer


@admin.register(Courriel)
class CourrielAdmin(admin.ModelAdmin[Courriel]):
    list_display = ["cree_le", "destinataire", "sujet", "etat", "essais", "envoye_le", "derniere_erreur"]
    list_filter = ["etat", "modele"]
    search_fields = ["destinataire", "sujet", "reference"]
    date_hierarchy = "cree_le"
    # Le texte porte les liens de confirmation et de mot de passe : le support ne les voit pas.
    exclude = ["texte", "html"]
    actions = ["remettre_a_l_envoi"]

    @admin.action(description="Remettre à l'envoi les courriels en échec")
    def remettre_a_l_envoi(self, request: HttpRequest, queryset: QuerySet[Courriel]) -> None:
        remis = sum(renvoyer(courriel=courriel, acteur=request.user) for courriel in queryset)
        self.message_user(
            request,
            f"{remis} courriel(s) en échec remis à l'envoi ; les autres n'ont pas échoué, ou n'ont plus de texte.",
            messages.SUCCESS if remis else messages.WARNING,
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
