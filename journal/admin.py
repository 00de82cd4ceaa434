"""Le journal vu par le support : à lire et à chercher, rien à changer."""

from django.contrib import admin

from journal.lecture_seule import LectureSeule
from journal.models import Evenement


@admin.register(Evenement)
class EvenementAdmin(LectureSeule):
    list_display = ["date", "acteur_nom", "action", "objet_nom", "adresse"]
    list_filter = ["action", "objet_type"]
    search_fields = ["acteur_nom", "objet_nom", "action", "=objet_id", "adresse"]
    date_hierarchy = "date"
    list_select_related = False
    show_full_result_count = False
