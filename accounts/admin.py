"""Les comptes vus par le support : à lire et à chercher ; les gestes passent par les services."""

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ActionForm
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import prolongements, regard, services
from accounts.erreurs import GesteRefuse, TransitionInterdite
from accounts.models import IdentiteExterne, Utilisateur
from accounts.queries import CHAMPS_CHERCHES, par_identifiant_ou_courriel, pourquoi_ne_peut_elle_pas_entrer
from journal.lecture_seule import LectureSeule

# La page de django-otp laisse lire le secret d'une application d'authentification, ou en donner une à quelqu'un.
admin.site.unregister(TOTPDevice)


class ActionMotivee(ActionForm):
    motif = forms.CharField(label="Motif", required=False, max_length=300)


class RegardForm(forms.Form):
    motif = forms.CharField(
        label="Motif",
        max_length=300,
        widget=forms.TextInput(attrs={"class": "vTextField"}),
        error_messages={"required": "Indiquez un motif : le journal le garde."},
    )


class FusionForm(RegardForm):
    """L'autre compte, désigné par son identifiant ou son adresse."""

    autre = forms.CharField(
        label="Compte à fermer (identifiant ou adresse courriel)",
        max_length=254,
        error_messages={"required": "Saisissez l'identifiant ou l'adresse de l'autre compte."},
    )
    field_order = ["autre", "motif"]

    def clean_autre(self) -> Utilisateur:
        trouvee = par_identifiant_ou_courriel(self.cleaned_data["autre"])
        if trouvee is None:
            raise ValidationError("Aucun compte n'a cet identifiant ni cette adresse.")
        return trouvee


@admin.register(Utilisateur)
class UtilisateurAdmin(LectureSeule):
    list_display = ["identifiant", "nom", "prenom", "courriel", "etat", "last_login"]
    list_filter = ["etat", "is_staff", "cree_le"]
    search_fields = CHAMPS_CHERCHES
    show_full_result_count = False
    fieldsets = [
        ("Pourquoi ne peut-elle pas entrer ?", {"fields": ["empechements", "aider"]}),
        (None, {"fields": ["identifiant", "prenom", "nom", "courriel", "telephone_lisible", "structure"]}),
        ("Compte", {"fields": ["etat", "ferme_le", "fermeture", "cree_le", "confirme_le", "last_login", "is_staff"]}),
        ("Conditions d'utilisation", {"fields": ["conditions_version", "conditions_acceptees_le"]}),
    ]
    readonly_fields = ["empechements", "aider"]
    action_form = ActionMotivee
    actions = [
        "renvoyer_la_confirmation",
        "lever_les_limites",
        "reinitialiser_les_facteurs",
        "desactiver",
        "reactiver",
    ]

    @admin.action(description="Renvoyer le courriel de confirmation", permissions=["assister"])
    def renvoyer_la_confirmation(self, request: HttpRequest, queryset: QuerySet[Utilisateur]) -> None:
        acteur = _acteur(request)
        self._faire(request, queryset, lambda personne: services.aider_a_confirmer(acteur=acteur, personne=personne))

    @admin.action(description="Désactiver (avec un motif)", permissions=["assister"])
    def desactiver(self, request: HttpRequest, queryset: QuerySet[Utilisateur]) -> None:
        self._faire_avec_motif(request, queryset, services.desactiver)

    @admin.action(description="Réactiver (avec un motif)", permissions=["assister"])
    def reactiver(self, request: HttpRequest, queryset: QuerySet[Utilisateur]) -> None:
        self._faire_avec_motif(request, queryset, services.reactiver)

    @admin.action(description="Réinitialiser les seconds facteurs (avec un motif)", permissions=["assister"])
    def reinitialiser_les_facteurs(self, request: HttpRequest, queryset: QuerySet[Utilisateur]) -> None:
        self._faire_avec_motif(request, queryset, services.reinitialiser_facteurs)

    @admin.action(description="Lever les limites (avec un motif)", permissions=["assister"])
    def lever_les_limites(self, request: HttpRequest, queryset: QuerySet[Utilisateur]) -> None:
        self._faire_avec_motif(request, queryset, services.lever_les_limites)

    @admin.display(description="Constats")
    def empechements(self, personne: Utilisateur) -> str:
        constats = pourquoi_ne_peut_elle_pas_entrer(personne)
        return render_to_string("accounts/admin/empechements.html", {"constats": constats})

    @admin.display(description="Aider")
    def aider(self, personne: Utilisateur) -> str:
        gestes = [
            ("accounts_regarder", "Voir le portail comme cette personne"),
            ("accounts_fusionner", "Réunir avec un autre compte"),
            *prolongements.gestes_du_support,
        ]
        liens = [(reverse(f"admin:{geste}", args=[personne.pk]), libelle) for geste, libelle in gestes]
        liste = reverse("admin:accounts_utilisateur_changelist", query={"q": personne.identifiant})
        liens.append((liste, "Renvoyer, lever, réinitialiser, désactiver, réactiver (dans la liste)"))
        return format_html_join(" · ", '<a href="{}">{}</a>', liens)

    def get_urls(self) -> list[URLPattern]:
        gestes = [
            path("<int:numero>/regarder/", self.admin_site.admin_view(self.regarder), name="accounts_regarder"),
            path("<int:numero>/fusionner/", self.admin_site.admin_view(self.fusionner), name="accounts_fusionner"),
        ]
        return gestes + super().get_urls()

    def regarder(self, request: HttpRequest, numero: int) -> HttpResponse:
        """Un motif, puis l'accueil du portail tel que la personne le voit."""
        personne = self._aidee(request, numero)
        form = RegardForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                fin = services.commencer_regard(acteur=_acteur(request), personne=personne, **form.cleaned_data)
            except GesteRefuse as refus:
                form.add_error(None, str(refus))
            else:
                regard.ouvrir(request, personne, fin)
                return redirect("accueil")
        return self._page(request, "accounts/admin/regarder.html", personne, form=form)

    def fusionner(self, request: HttpRequest, numero: int) -> HttpResponse:
        """L'autre compte, l'aperçu, puis le geste : la personne affichée garde le sien."""
        gardee = self._aidee(request, numero)
        form = FusionForm(request.POST or None)
        apercu: list[str] = []
        if request.method == "POST" and form.is_valid():
            fermee = form.cleaned_data["autre"]
            if refus := services.refus_de_fusion(gardee, fermee):
                form.add_error("autre", refus)
            elif "confirmer" not in request.POST:
                apercu = services.apercu_de_fusion(gardee, fermee)
            elif self._reunir(request, gardee, form):
                return redirect("admin:accounts_utilisateur_change", gardee.pk)
        return self._page(request, "accounts/admin/fusionner.html", gardee, form=form, apercu=apercu)

    def _reunir(self, request: HttpRequest, gardee: Utilisateur, form: "FusionForm") -> bool:
        fermee, motif = form.cleaned_data["autre"], form.cleaned_data["motif"]
        try:
            services.fusionner(acteur=_acteur(request), gardee=gardee, fermee=fermee, motif=motif)
        except GesteRefuse as refus:
            form.add_error(None, str(refus))
            return False
        self.message_user(request, f"Le compte {fermee.identifiant} est réuni à {gardee.identifiant}, et fermé.")
        return True

    def _aidee(self, request: HttpRequest, numero: int) -> Utilisateur:
        if not self.has_assister_permission(request):
            raise PermissionDenied
        return get_object_or_404(Utilisateur, pk=numero)

    def _page(self, request: HttpRequest, gabarit: str, personne: Utilisateur, **contexte: Any) -> HttpResponse:
        contexte |= self.admin_site.each_context(request) | {"personne": personne, "opts": self.opts}
        return render(request, gabarit, contexte)

    def _faire_avec_motif(
        self, request: HttpRequest, queryset: QuerySet[Utilisateur], service: Callable[..., None]
    ) -> None:
        acteur, motif = _acteur(request), request.POST.get("motif", "").strip()
        self._faire(request, queryset, lambda personne: service(acteur=acteur, personne=personne, motif=motif))

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


@admin.register(IdentiteExterne)
class IdentiteExterneAdmin(LectureSeule):
    list_display = ["personne", "emetteur", "sujet", "liee_le", "servie_le"]
    list_filter = ["emetteur"]
    list_select_related = ["personne"]
    search_fields = ["personne__identifiant", "personne__nom__sans_accent", "personne__courriel", "=sujet"]
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


def _acteur(request: HttpRequest) -> Utilisateur:
    """L'administration ne sert que des personnes connectées."""
    if not isinstance(request.user, Utilisateur):
        raise TypeError(request.user)
    return request.user
