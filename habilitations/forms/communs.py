"""Ce que partagent les formulaires."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.utils.html import format_html


def mise_en_page(methode: str, *champs: Any, adresse: str = "") -> FormHelper:
    aide = FormHelper()
    aide.attrs = {"novalidate": True}
    aide.form_method, aide.form_action = methode, adresse
    aide.layout = Layout(*champs)
    return aide


class TexteLong(forms.CharField):
    """Un texte de 2000 caractères au plus, comptés comme le compteur de la page : un retour à la ligne en vaut un."""

    widget = forms.Textarea(attrs={"rows": 4, "data-compteur": ""})

    def __init__(self, **reglages: Any) -> None:
        super().__init__(max_length=2000, **reglages)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


def barre(retour: str, libelle: str, suite: str) -> Div:
    """Un lien en arrière, un bouton en avant."""
    return Div(
        HTML(format_html('<a class="btn btn-outline-primary" href="{}">{}</a>', retour, libelle)),
        HTML(format_html('<button type="submit" class="btn btn-primary a-droite">{}</button>', suite)),
        css_class="barre-actions",
    )
