"""Les comptes vus par le support : à lire et à chercher ; les gestes passent par les services."""

from collections.abc import Callable

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import services
from accounts.erreurs import GesteRefuse, TransitionInterdite
from accounts.models import IdentiteExterne, Utilisateur

# La page de django-otp laisse lire le secret d'une application d'authentification, ou en donner une à quelqu'un.
admin.site.unregister(TOTPDevice)


class ActionMotivee(ActionForm):
    motif = forms.CharField(label="Motif", required=False, max_length=300)


@admin.register(Utilisateur)
class UtilisateurAdmin(admin.ModelAdmin[Utilisateur]):
    list_display = ["identifiant", "nom", "prenom", "courriel", "etat", "last_login"]
    list_filter = ["etat", "is_staff", "cree_le"]
    search_fields = ["identifiant", "nom", "prenom", "courriel"]
    show_full_result_count = False
    fieldsets = [
        (None, {"fields": ["identifiant", "prenom", "nom", "courriel", "telephone_lisible", "structure"]}),
        ("Compte", {"fields": ["etat", "cree_le", "confirme_le", "last_login", "is_staff"]}),
        ("Conditions d'utilisation", {"fields": ["conditions_version", "conditions_acceptees_le"]}),
    ]
    action_form = ActionMotivee
    actions = ["renvoyer_la_confirmation", "desactiver", "reactiver", "reinitialiser_les_facteurs"]

    @admin.action(description="Renvoyer le courriel de confirmation", permissions=["assister"])
    def renvoyer_la_confirmation(self, request: HttpRequest, queryset: QuerySet[Utilisateur]) -> None:
        acteur = _acteur(request)
        self._faire(request, queryset, lambda personne: services.aider_a_confirmer(acteur=acteur, personne=personne))

    @admin.action(description="Désactiver (avec un motif)", permissions=["assister"])
    def desactiver(self, request: HttpRequest, queryset: QuerySet[Utilisateur]) -> None:
        acteur, motif = _acteur(request), request.POST.get("motif", "").strip()
        self._faire(
            request,
            queryset,
            lambda personne: services.desactiver(acteur=acteur, personne=personne, motif=motif),
        )

    @admin.action(description="Réactiver (avec un motif)", permissions=["assister"])
    def reactiver(self, request: HttpRequest, queryset: QuerySet[Utilisateur]) -> None:
        acteur, motif = _acteur(request), request.POST.get("motif", "").strip()
        self._faire(
            request, queryset, lambda personne: services.reactiver(acteur=acteur, personne=personne, motif=motif)
        )

    @admin.action(description="Réinitialiser les seconds facteurs (avec un motif)", permissions=["assister"])
    def reinitialiser_les_facteurs(self, request: HttpRequest, queryset: QuerySet[Utilisateur]) -> None:
        acteur, motif = _acteur(request), request.POST.get("motif", "").strip()
        self._faire(
            request,
            queryset,
            lambda personne: services.reinitialiser_facteurs(acteur=acteur, personne=personne, motif=motif),
        )

    def _faire(
        self, request: HttpRequest, queryset: QuerySet[Utilisateur], geste: Callable[[Utilisateur], None]
    ) -> None:
        """Un geste par personne : le refus de l'un ne défait pas les autres."""
        for personne in queryset:
            try:
                geste(personne)
            except (GesteRefuse, TransitionInterdite) as refus:
                self.message_user(request, f"{personne.identifiant} : rien n'est changé. {refus}", messages.WARNING)
            else:
                self.message_user(request, f"{personne.identifiant} : c'est fait.", messages.SUCCESS)

    def has_assister_permission(self, request: HttpRequest) -> bool:
        return _acteur(request).has_perm("accounts.change_utilisateur")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


@admin.register(IdentiteExterne)
class IdentiteExterneAdmin(admin.ModelAdmin[IdentiteExterne]):
    list_display = ["personne", "emetteur", "sujet", "liee_le", "servie_le"]
    list_filter = ["emetteur"]
    list_select_related = ["personne"]
    search_fields = ["personne__identifiant", "personne__nom", "personne__courriel", "=sujet"]
    action_form = ActionMotivee
    actions = ["delier"]

    @admin.action(description="Délier (avec un motif)", permissions=["delier"])
    def delier(self, request: HttpRequest, queryset: QuerySet[IdentiteExterne]) -> None:
        acteur, motif = _acteur(request), request.POST.get("motif", "").strip()
        for identite in queryset.select_related("personne"):
            try:
                services.delier(acteur=acteur, identite=identite, motif=motif)
            except GesteRefuse as refus:
                self.message_user(request, f"{identite} : rien n'est changé. {refus}", messages.WARNING)
            else:
                self.message_user(request, f"{identite} n'ouvre plus le compte {identite.personne.identifiant}.")

    def has_delier_permission(self, request: HttpRequest) -> bool:
        return _acteur(request).has_perm("accounts.delete_identiteexterne")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


def _acteur(request: HttpRequest) -> Utilisateur:
    """L'administration ne sert que des personnes connectées."""
    if not isinstance(request.user, Utilisateur):
        raise TypeError(request.user)
    return request.user
