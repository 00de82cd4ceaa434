"""Les habilitations vues par le support : références et portefeuilles à tenir, demandes et droits à lire."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest

from accounts.models import Utilisateur
from habilitations import services
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.models import Application, Demande, Habilitation, Portefeuille, Profil, StructureDemandee
from journal.services import consigner


class ReglageConsigne(admin.ModelAdmin):  # type: ignore[type-arg]
    """Ce que le support règle ici ouvre ou ferme des portes : chaque changement va au journal."""

    def log_addition(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        consigner(acteur=request.user, action=f"{self.opts.model_name}.ajout", objet=obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: Model, message: Any) -> Any:
        consigner(acteur=request.user, action=f"{self.opts.model_name}.reglage", objet=obj, apres={"change": message})
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for obj in queryset:
            consigner(acteur=request.user, action=f"{self.opts.model_name}.suppression", objet=obj)
        return super().log_deletions(request, queryset)


@admin.register(Application)
class ApplicationAdmin(ReglageConsigne):
    list_display = ["nom", "code", "adresse", "ouverte", "connexion_forte", "ordre"]
    list_editable = ["ouverte", "ordre"]
    search_fields = ["nom", "code"]

    def get_readonly_fields(self, request: HttpRequest, obj: Application | None = None) -> list[str]:
        # Le code fait la garde de l'application : il ne change plus une fois choisi.
        return ["code"] if obj else []


@admin.register(Profil)
class ProfilAdmin(ReglageConsigne):
    list_display = ["nom", "application", "nombre_structures", "duree_mois", "ouvert", "connexion_forte"]
    list_filter = ["application", "ouvert"]
    list_select_related = ["application"]
    search_fields = ["nom", "code"]
    filter_horizontal = ["types_structure", "categories"]

    def get_readonly_fields(self, request: HttpRequest, obj: Profil | None = None) -> list[str]:
        return ["application", "code"] if obj else []


@admin.register(Portefeuille)
class PortefeuilleAdmin(ReglageConsigne):
    list_display = ["nom"]
    search_fields = ["nom", "gestionnaires__nom", "gestionnaires__identifiant"]
    autocomplete_fields = ["gestionnaires"]
    filter_horizontal = ["applications", "profils", "regions", "departements"]


class LectureSeule(admin.ModelAdmin):  # type: ignore[type-arg]
    """L'état d'une demande ou d'un droit ne change que par les services."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class StructureDemandeeInline(admin.TabularInline[StructureDemandee, Demande]):
    model = StructureDemandee
    fields = ["structure"]
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(Demande)
class DemandeAdmin(LectureSeule):
    list_display = ["id", "demandeur", "profil", "type", "etat", "soumise_le", "decidee_le", "decideur"]
    list_filter = ["etat", "type", "profil__application"]
    list_select_related = ["demandeur", "profil__application", "decideur"]
    search_fields = [
        "=id",
        "demandeur__identifiant",
        "demandeur__nom",
        "demandeur__courriel",
        "structures__nom",
        "structures__numero_finess",
    ]
    date_hierarchy = "soumise_le"
    show_full_result_count = False
    inlines = [StructureDemandeeInline]


class ActionMotivee(ActionForm):
    motif = forms.CharField(label="Motif", required=False, max_length=2000)


@admin.register(Habilitation)
class HabilitationAdmin(LectureSeule):
    list_display = ["titulaire", "profil", "structure", "etat", "debut_le", "fin_le", "close_le"]
    list_filter = ["etat", "profil__application"]
    list_select_related = ["titulaire", "profil__application", "structure"]
    search_fields = [
        "titulaire__identifiant",
        "titulaire__nom",
        "titulaire__courriel",
        "structure__nom",
        "structure__numero_finess",
    ]
    show_full_result_count = False
    action_form = ActionMotivee
    actions = ["revoquer"]

    @admin.action(description="Révoquer (avec un motif)", permissions=["revoquer"])
    def revoquer(self, request: HttpRequest, queryset: QuerySet[Habilitation]) -> None:
        """Une révocation par droit : le refus de l'une ne défait pas les autres."""
        motif = request.POST.get("motif", "")
        for habilitation in queryset.select_related("titulaire"):
            try:
                services.revoquer(habilitation=habilitation, acteur=_acteur(request), motif=motif)
            except (DemandeImpossible, TransitionInterdite) as refus:
                self.message_user(request, f"{habilitation.titulaire} : rien n'est changé. {refus}", messages.WARNING)
            else:
                self.message_user(
                    request,
                    f"{habilitation.titulaire} : habilitation révoquée, un courriel le dit.",
                    messages.SUCCESS,
                )

    def has_revoquer_permission(self, request: HttpRequest) -> bool:
        return _acteur(request).has_perm("habilitations.change_habilitation")


def _acteur(request: HttpRequest) -> Utilisateur:
    """L'administration ne sert que des personnes connectées."""
    if not isinstance(request.user, Utilisateur):
        raise TypeError(request.user)
    return request.user
