"""Boîte d'envoi vue par le support : lire, chercher, remettre à l'envoi ce qui a échoué."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest

from courriels.models import Courriel
from courriels.services import renvoyer
from journal.lecture_seule import LectureSeule


@admin.register(Courriel)
class CourrielAdmin(LectureSeule):
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
