"""Formulaires de l'annuaire."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout
from django import forms

from structures.enums import EtatStructure
from structures.models import Categorie, Departement, Region, Structure
from structures.queries import FORMAT_ATTENDU, par_numero


class RechercheForm(forms.Form):
    q = forms.CharField(
        label="Nom, ville, code postal, département ou n° FINESS",
        max_length=200,
        required=False,
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )
    region = forms.ModelChoiceField(label="Région", queryset=Region.objects.all(), required=False, empty_label="Toutes")
    departement = forms.ModelChoiceField(
        label="Département", queryset=Departement.objects.all(), required=False, empty_label="Tous"
    )
    categorie = forms.ModelChoiceField(
        label="Catégorie", queryset=Categorie.objects.order_by("libelle"), required=False, empty_label="Toutes"
    )
    etat = forms.ChoiceField(
        label="État", choices=[("", "Tous"), *((etat.value, etat.label) for etat in EtatStructure)], required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.layout = Layout(
            "q", "region", "departement", "categorie", "etat",
            Div(
                HTML('<button type="submit" class="btn btn-primary">Rechercher</button>'),
                HTML('<a class="btn btn-link" href="?">Tout effacer</a>'),
                css_class="barre-actions",
            ),
        )  # fmt: skip
        self.helper.attrs = {
            "role": "search",
            "data-hx-get": "",
            "data-hx-trigger": "input delay:300ms, change, submit",
            "data-hx-target": "#resultats",
            "data-hx-select": "#resultats",
            "data-hx-swap": "outerHTML",
            "data-hx-push-url": "true",
        }


class SuccesseurForm(forms.Form):
    """Le n° FINESS de l'établissement qui remplace ; vide, personne ne remplace."""

    numero = forms.CharField(label="N° FINESS du successeur", max_length=20, required=False, help_text=FORMAT_ATTENDU)

    def __init__(self, *args: Any, adresse: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_action = adresse
        self.helper.layout = Layout(
            "numero", HTML('<button type="submit" class="btn btn-primary">Enregistrer le successeur</button>')
        )

    def clean_numero(self) -> Structure | None:
        saisie: str = self.cleaned_data["numero"]
        if not saisie:
            return None
        reponse = par_numero(saisie)
        if reponse.structure is None:
            raise forms.ValidationError(reponse.message)
        return reponse.structure
