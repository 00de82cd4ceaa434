"""Les formulaires de ce que les agents publient."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout, Submit
from django import forms

from depot.enums import CategorieDeposante, NatureDocument
from depot.forms.depots import ACCEPTES
from depot.models import Campagne
from depot.services import Destination

MODELES = {
    NatureDocument.QUANTITATIF: "Modèle du rapport quantitatif",
    NatureDocument.QUALITATIF: "Modèle du rapport qualitatif",
}
RETOUR = '<a class="btn btn-link" href="{% url "depot:documents" %}">Annuler</a>'


def _champ_fichier() -> forms.FileField:
    return forms.FileField(
        label="Fichier",
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ACCEPTES}),
        error_messages={"required": "Choisissez le fichier à publier."},
    )


class PublicationForm(forms.Form):
    titre = forms.CharField(max_length=150, error_messages={"required": "Donnez un titre à ce document."})
    description = forms.CharField(
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3, "maxlength": 1000, "data-compteur": True}),
        help_text="Facultatif : à quoi il sert, comment le remplir.",
    )
    nature = forms.ChoiceField(
        label="C'est",
        required=False,
        choices=[
            ("", "Un guide ou un autre document"),
            *((nature.value, libelle) for nature, libelle in MODELES.items()),
        ],
    )
    campagne = forms.ModelChoiceField(
        Campagne.objects.all(), required=False, empty_label="Toutes", to_field_name="annee"
    )
    categorie = forms.ChoiceField(
        label="Pour", required=False, choices=[("", "Les CAMSP et les CMPP"), *CategorieDeposante.choices]
    )
    fichier = _champ_fichier()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": True}
        self.helper.layout = Layout(
            "titre", "description", "nature", "campagne", "categorie", "fichier",
            Div(Submit("envoyer", "Publier"), HTML(RETOUR), css_class="barre-actions"),
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        propres = super().clean() or {}
        if propres.get("nature") and not propres.get("campagne") and "campagne" not in self.errors:
            self.add_error("campagne", "Un modèle appartient à une campagne : choisissez laquelle.")
        return propres

    def destination(self) -> Destination:
        return Destination(self.cleaned_data["campagne"], self.cleaned_data["categorie"], self.cleaned_data["nature"])


class RemplacementForm(forms.Form):
    fichier = _champ_fichier()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": True}
        self.helper.layout = Layout(
            "fichier", Div(Submit("envoyer", "Remplacer"), HTML(RETOUR), css_class="barre-actions")
        )
