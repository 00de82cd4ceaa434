"""Formulaires de l'annuaire."""

from pathlib import Path
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Field, Layout
from django import forms

from structures.enums import EtatStructure
from structures.models import Categorie, Departement, Region, Structure
from structures.queries import FORMAT_ATTENDU, NATURES, par_numero


class RechercheForm(forms.Form):
    q = forms.CharField(
        label="Nom, lieu ou n° FINESS",
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
            Field("q", wrapper_class="champ-large"), "region", "departement", "categorie", "etat",
            HTML('<button type="submit" class="btn btn-primary">Rechercher</button>'),
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


class ImportForm(forms.Form):
    """Le fichier à importer : envoyé du poste, ou déjà dans le dossier du serveur."""

    fichier = forms.FileField(
        label="Fichier de votre poste",
        required=False,
        help_text="Format classique (.csv, .csv.gz) ou FINESS+ (.json, .json.gz) ; le contenu fait foi, non le nom.",
    )
    sur_le_serveur = forms.ChoiceField(label="Ou fichier du serveur", required=False)
    forcer = forms.BooleanField(
        label="Forcer : importer malgré un recul suspect",
        required=False,
        help_text="Sans cette case, un fichier qui perd beaucoup d'établissements, ou plus ancien, est refusé.",
    )

    def __init__(self, *args: Any, presents: list[Path], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._presents = {chemin.name: chemin for chemin in presents}
        champ = cast("forms.ChoiceField", self.fields["sur_le_serveur"])
        champ.choices = [
            ("", "Choisissez un fichier" if presents else "Aucun fichier"),
            *((n, n) for n in self._presents),
        ]
        self.helper = FormHelper()
        self.helper.layout = Layout(
            "fichier",
            "sur_le_serveur",
            "forcer",
            HTML('<button type="submit" class="btn btn-primary">Importer</button>'),
        )

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or {}
        if bool(donnees.get("fichier")) == bool(donnees.get("sur_le_serveur")) and not self.errors:
            self.add_error("fichier", "Choisissez un fichier de votre poste, ou un fichier du serveur, mais un seul.")
        return donnees

    @property
    def chemin(self) -> Path | None:
        return self._presents.get(self.cleaned_data["sur_le_serveur"])


class FiltresImportForm(forms.Form):
    nature = forms.ChoiceField(label="Ce qui a changé", choices=[("", "Tout"), *NATURES], required=False)
    departement = forms.ModelChoiceField(
        label="Département", queryset=Departement.objects.all(), required=False, empty_label="Tous"
    )
    avec_comptes = forms.BooleanField(label="Seulement là où quelqu'un est habilité", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_method = "get"
        self.helper.layout = Layout(
            "nature",
            "departement",
            "avec_comptes",
            HTML('<button type="submit" class="btn btn-primary">Filtrer</button>'),
        )
