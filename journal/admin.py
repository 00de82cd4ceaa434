"""Le journal vu par le support : à lire et à chercher, rien à changer."""

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest

from journal.models import Evenement


@admin.register(Evenement)
class EvenementAdmin(admin.ModelAdmin[Evenement]):
    list_display = ["date", "acteur_nom", "action", "objet_nom", "adresse"]
    list_filter = ["action", "objet_type"]
    search_fields = ["acteur_nom", "objet_nom", "action", "=objet_id", "adresse"]
    date_hierarchy = "date"
    list_select_related = False
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
