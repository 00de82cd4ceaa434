"""Les formulaires des gestionnaires sur les habilitations."""

from typing import Any

from crispy_forms.layout import HTML, Div
from django import forms
from django.utils.html import format_html

from accounts.models import Utilisateur
from habilitations.forms.communs import TexteLong, mise_en_page
from habilitations.models import Application, Profil
from habilitations.queries import applications_gerees, profils_geres
from structures.models import Departement


class FiltresDesDroitsForm(forms.Form):
    """Filtres de la liste ; les choix sont ceux des portefeuilles de la personne."""

    q = forms.CharField(
        label="Personne, structure ou n° FINESS", max_length=120, required=False, widget=forms.SearchInput
    )
    application = forms.ModelChoiceField(queryset=Application.objects.none(), required=False, empty_label="Toutes")
    profil = forms.ModelChoiceField(queryset=Profil.objects.none(), required=False, empty_label="Tous")
    departement = forms.ModelChoiceField(
        label="Département", queryset=Departement.objects.all(), required=False, empty_label="Tous"
    )

    def __init__(self, *args: Any, personne: Utilisateur, onglet: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = applications_gerees(personne)  # type: ignore[attr-defined]
        self.fields["profil"].queryset = profils_geres(personne)  # type: ignore[attr-defined]
        self.helper = mise_en_page(
            "get",
            HTML(format_html('<input type="hidden" name="onglet" value="{}">', onglet)),
            Div(
                "q",
                HTML('<button type="submit" class="btn btn-primary">Filtrer</button>'),
                HTML(format_html('<a class="btn btn-link" href="?onglet={}">Effacer les filtres</a>', onglet)),
                css_class="en-ligne",
            ),
            Div("application", "profil", "departement", css_class="filtres-en-rangee"),
        )


class GesteMotiveForm(forms.Form):
    """Le motif d'un geste sur une habilitation ; la personne le lit tel quel."""

    motif = TexteLong(help_text="La personne le lira tel quel.")

    def __init__(self, *args: Any, adresse: str, libelle: str, classe: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["motif"].error_messages["required"] = "Indiquez le motif : la personne le lira."
        bouton = format_html('<button type="submit" class="btn {}">{}</button>', classe, libelle)
        self.helper = mise_en_page("post", "motif", HTML(bouton), adresse=adresse)
