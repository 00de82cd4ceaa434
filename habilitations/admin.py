"""Les habilitations vues par le support : références et portefeuilles à tenir, demandes et droits à lire."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path, reverse

from accounts.models import Utilisateur
from habilitations import services
from habilitations.enums import ADMINISTRATION, EtatRevue, SansReponse
from habilitations.erreurs import DemandeImpossible, TransitionInterdite
from habilitations.forms import RevueForm
from habilitations.models import (
    Application,
    Demande,
    Habilitation,
    LigneDeRevue,
    ModeleMotif,
    Portefeuille,
    Profil,
    RegleAcceptation,
    Revue,
    StructureDemandee,
    Suppleance,
)
from habilitations.queries import applications_manquantes, couverture, tuiles
from journal.lecture_seule import LectureSeule
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
    search_fields = ["nom", "gestionnaires__nom__sans_accent", "gestionnaires__identifiant"]
    autocomplete_fields = ["gestionnaires"]
    filter_horizontal = ["applications", "profils", "regions", "departements", "types_structure"]
    change_list_template = "admin/habilitations/portefeuille/change_list.html"

    def get_urls(self) -> list[URLPattern]:
        vue = self.admin_site.admin_view(self.couverture)
        return [path("couverture/", vue, name="habilitations_portefeuille_couverture"), *super().get_urls()]

    def couverture(self, request: HttpRequest) -> HttpResponse:
        """Ce que personne ne couvre, vu du support, qui y remédie ici."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        contexte = self.admin_site.each_context(request) | {
            "title": "Ce que personne ne couvre",
            "couverture": couverture(),
        }
        return render(request, "admin/habilitations/portefeuille/couverture.html", contexte)


@admin.register(ModeleMotif)
class ModeleMotifAdmin(ReglageConsigne):
    list_display = ["nom", "decision", "application", "ordre"]
    list_filter = ["decision", "application"]
    list_select_related = ["application"]
    search_fields = ["nom", "texte"]


class StructureDemandeeInline(admin.TabularInline[StructureDemandee, Demande]):
    model = StructureDemandee
    fields = ["structure"]
    can_delete = False
    extra = 0

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class RegleForm(forms.ModelForm[RegleAcceptation]):
    def clean(self) -> dict[str, Any]:
        saisie = super().clean() or {}
        applications, profils = saisie.get("applications") or [], saisie.get("profils") or []
        if not applications and not profils:
            raise forms.ValidationError("Choisissez au moins une application ou un profil.")
        if any(une.code == ADMINISTRATION for une in [*applications, *(un.application for un in profils)]):
            raise forms.ValidationError("Une règle ne fait pas de gestionnaires : retirez l'ADMINISTRATION.")
        return saisie


@admin.register(RegleAcceptation)
class RegleAcceptationAdmin(ReglageConsigne):
    form = RegleForm
    list_display = ["nom", "active", "collegues_min", "taux_de_verification"]
    list_filter = ["active"]
    filter_horizontal = ["applications", "profils"]


@admin.register(Suppleance)
class SuppleanceAdmin(LectureSeule):
    list_display = ["absent", "suppleant", "debut_le", "fin_le", "terminee_le"]
    list_select_related = ["absent", "suppleant"]
    search_fields = [
        "absent__nom__sans_accent",
        "absent__identifiant",
        "suppleant__nom__sans_accent",
        "suppleant__identifiant",
    ]
    date_hierarchy = "debut_le"


@admin.register(Demande)
class DemandeAdmin(LectureSeule):
    list_display = ["id", "demandeur", "profil", "type", "etat", "soumise_le", "decidee_le", "decideur"]
    list_filter = ["etat", "type", "profil__application"]
    list_select_related = ["demandeur", "profil__application", "decideur"]
    search_fields = [
        "=id",
        "demandeur__identifiant",
        "demandeur__nom__sans_accent",
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
        "titulaire__nom__sans_accent",
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

    def get_urls(self) -> list[URLPattern]:
        manquantes = self.admin_site.admin_view(self.manquantes)
        return [path("manquantes/<int:numero>/", manquantes, name="habilitations_manquantes"), *super().get_urls()]

    def manquantes(self, request: HttpRequest, numero: int) -> HttpResponse:
        """La même réponse que « Il manque une application ? », au sujet d'une personne."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        personne = get_object_or_404(Utilisateur, pk=numero)
        contexte = self.admin_site.each_context(request) | {
            "personne": personne,
            "opts": self.opts,
            "ouvertes": tuiles(personne),
            "manquantes": applications_manquantes(personne),
        }
        return render(request, "habilitations/admin/manquantes.html", contexte)

    def has_revoquer_permission(self, request: HttpRequest) -> bool:
        return _acteur(request).has_perm("habilitations.change_habilitation")


@admin.register(Revue)
class RevueAdmin(LectureSeule):
    """Le support ouvre et clôt une revue ; les gestionnaires seuls y répondent."""

    list_display = ["__str__", "etat", "echeance_le", "sans_reponse", "ouverte_par", "ouverte_le", "close_le"]
    list_filter = ["etat", "application"]
    list_select_related = ["application", "profil", "ouverte_par"]
    actions = ["clore"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return _acteur(request).has_perm("habilitations.add_revue")

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_add_permission(request):
            raise PermissionDenied
        retour = reverse("admin:habilitations_revue_changelist")
        form = RevueForm(request.POST or None, applications=Application.objects.all(), retour=retour)
        if request.method == "POST" and form.is_valid():
            saisie = form.cleaned_data | {"sans_reponse": SansReponse(form.cleaned_data["sans_reponse"])}
            try:
                services.ouvrir_revue(acteur=_acteur(request), **saisie)
            except DemandeImpossible as refus:
                form.add_error(None, str(refus))
            else:
                self.message_user(request, "La revue est ouverte : un courriel le dit à chaque gestionnaire concerné.")
                return redirect(retour)
        contexte = self.admin_site.each_context(request) | {"opts": self.opts, "form": form}
        return render(request, "habilitations/admin/nouvelle_revue.html", contexte)

    @admin.action(description="Clore (ce qui est sans réponse suit la règle de la revue)", permissions=["clore"])
    def clore(self, request: HttpRequest, queryset: QuerySet[Revue]) -> None:
        for revue in queryset.filter(etat=EtatRevue.OUVERTE):
            services.clore_la_revue(revue=revue, acteur=_acteur(request))
            self.message_user(request, f"{revue} : close.")

    def has_clore_permission(self, request: HttpRequest) -> bool:
        return _acteur(request).has_perm("habilitations.change_revue")


@admin.register(LigneDeRevue)
class LigneDeRevueAdmin(LectureSeule):
    list_display = ["habilitation", "titulaire", "revue", "issue", "par", "le"]
    list_filter = ["issue", "revue"]
    list_select_related = [
        "revue__application",
        "revue__profil",
        "habilitation__titulaire",
        "habilitation__profil__application",
        "habilitation__structure",
        "par",
    ]
    search_fields = ["habilitation__titulaire__identifiant", "habilitation__titulaire__nom__sans_accent"]
    show_full_result_count = False

    @admin.display(description="titulaire")
    def titulaire(self, ligne: LigneDeRevue) -> str:
        return str(ligne.habilitation.titulaire)


def _acteur(request: HttpRequest) -> Utilisateur:
    """L'administration ne sert que des personnes connectées."""
    if not isinstance(request.user, Utilisateur):
        raise TypeError(request.user)
    return request.user
