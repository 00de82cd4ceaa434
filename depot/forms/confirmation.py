"""Confirmer les avertissements d'un classeur : une raison pour chacun, ou une pour tous."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout, Submit
from django import forms
from django.utils.html import format_html

from depot.enums import GenreAvertissement

RAISON_MAX = 1000


def _raison(**champs: Any) -> forms.CharField:
    zone = forms.Textarea(attrs={"rows": 2, "maxlength": RAISON_MAX})
    return forms.CharField(required=False, max_length=RAISON_MAX, widget=zone, **champs)


class ConfirmationForm(forms.Form):
    """`avertissements` : genre, code, libelle et constat de chacun (`DepotAConfirmer.avertissements`)."""

    def __init__(self, *args: Any, avertissements: list[dict[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.avertissements = avertissements
        for rang, averti in enumerate(avertissements):
            genre = GenreAvertissement(averti["genre"]).label
            self.fields[f"raison_{rang}"] = _raison(
                label=averti["libelle"],
                help_text=format_html("{} : <strong>{}</strong>. Confirmez-vous ?", genre, averti["constat"]),
            )
        noms = list(self.fields)
        if len(noms) > 1:
            self.fields["commune"] = _raison(
                label="Une même raison pour tout ce qui n'en a pas", help_text="Par exemple : deux sites ont fusionné."
            )
            noms.append("commune")
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": True}
        self.helper.layout = Layout(
            *noms,
            Div(
                Submit("envoyer", "Confirmer et déposer"),
                HTML('<a class="btn btn-link" href="{% url "depot:zone" %}">Plus tard</a>'),
                css_class="barre-actions",
            ),
        )

    def clean(self) -> dict[str, Any]:
        propres = super().clean() or {}
        for rang in range(len(self.avertissements)):
            if not propres.get(f"raison_{rang}") and not propres.get("commune"):
                self.add_error(f"raison_{rang}", "Dites pourquoi ce chiffre est juste, en quelques mots.")
        return propres

    def commentaires(self) -> dict[tuple[str, str], str]:
        commune = self.cleaned_data.get("commune", "")
        return {
            (averti["genre"], averti["code"]): self.cleaned_data[f"raison_{rang}"] or commune
            for rang, averti in enumerate(self.avertissements)
        }
