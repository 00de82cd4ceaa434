"""Administration du support : campagnes par les services, documents en lecture."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.models import Utilisateur
from depot import services
from depot.enums import EtatDocument
from depot.erreurs import DepotImpossible
from depot.juge.verdicts import Issue
from depot.models import Campagne, Document
from journal.lecture_seule import LectureSeule


def _support(request: HttpRequest) -> Utilisateur:
    # L’administration n’ouvre qu’à une personne connectée.
    return cast("Utilisateur", request.user)


@admin.register(Campagne)
class CampagneAdmin(admin.ModelAdmin[Campagne]):
    list_display = ["annee", "ouverte_le", "echeance_le", "retard_jusqu_au", "est_ouverte"]

    @admin.display(boolean=True, description="ouverte")
    def est_ouverte(self, campagne: Campagne) -> bool:
        return campagne.est_ouverte

    def get_readonly_fields(self, request: HttpRequest, obj: Campagne | None = None) -> list[str]:
        return ["annee"] if obj else []

    def save_model(self, request: HttpRequest, obj: Campagne, form: ModelForm[Campagne], change: bool) -> None:
        calendrier = services.Calendrier(obj.ouverte_le, obj.echeance_le, obj.retard_jusqu_au)
        communs: Any = {"calendrier": calendrier, "consignes": obj.consignes, "acteur": _support(request)}
        if change:
            services.modifier_campagne(campagne=obj, **communs)
        else:
            obj.pk = services.ouvrir_campagne(annee=obj.annee, **communs).pk

    def has_delete_permission(self, request: HttpRequest, obj: Campagne | None = None) -> bool:
        return False


@admin.register(Document)
class DocumentAdmin(LectureSeule):
    list_display = ["reference", "structure", "campagne", "nature", "version", "deposant", "depose_le", "etat"]
    list_filter = ["campagne", "nature", "etat", ("supprime_le", admin.EmptyFieldListFilter)]
    list_select_related = ["structure", "campagne", "deposant"]
    search_fields = [
        "reference",
        "nom_fichier",
        "sha256",
        "structure__nom",
        "structure__numero_finess",
        "deposant__nom",
        "deposant__courriel",
    ]
    date_hierarchy = "depose_le"
    actions = ["juger_a_nouveau"]

    @admin.action(description="Contrôler et analyser à nouveau", permissions=["view"])
    def juger_a_nouveau(self, request: HttpRequest, documents: QuerySet[Document]) -> None:
        for document in documents.filter(etat__in=[EtatDocument.EXAMEN_MANUEL, EtatDocument.INFECTE]):
            self._juger(request, document)

    def _juger(self, request: HttpRequest, document: Document) -> None:
        try:
            verdict = services.rejuger(document=document, acteur=_support(request))
        except DepotImpossible as refus:
            self.message_user(request, f"{document} : {refus}", messages.ERROR)
            return
        if verdict.issue is Issue.ACCEPTE:
            self.message_user(request, f"{document} : contrôlé, remis à l'antivirus.", messages.SUCCESS)
        else:
            raison = verdict.phrase or "le contrôle n'a pas pu se terminer."
            self.message_user(request, f"{document} : toujours en examen – {raison}", messages.WARNING)

    def get_fields(self, request: HttpRequest, obj: Document | None = None) -> list[Any]:
        return [champ.name for champ in Document._meta.fields if champ.name not in {"id", "fichier"}]
