"""La vérification publique : une référence ou une empreinte, ou un fichier dont le navigateur calcule l'empreinte."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.urls import reverse

from depot.queries import lire_empreinte, lire_reference


class VerificationForm(forms.Form):
    q = forms.CharField(
        label="Référence ou empreinte SHA-256",
        max_length=200,
        help_text="Comme 2026-7K3F-92QX, ou les 64 caractères de l'empreinte.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Collez la référence ou l'empreinte à vérifier."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_id = "verification"
        self.helper.form_method = "get"
        self.helper.form_action = reverse("depot:verifier")
        self.helper.disable_csrf = True
        self.helper.attrs = {"novalidate": True}
        self.helper.layout = Layout(
            "q",
            Div(HTML('<button type="submit" class="btn btn-primary">Vérifier</button>'), css_class="barre-actions"),
        )

    def clean_q(self) -> str:
        saisie: str = self.cleaned_data["q"]
        lue = lire_reference(saisie) or lire_empreinte(saisie)
        if not lue:
            raise forms.ValidationError(
                "Ce n'est ni une référence, comme 2026-7K3F-92QX, ni une empreinte SHA-256 de 64 caractères."
            )
        return lue


class FichierAVerifierForm(forms.Form):
    """Montré par le script, qui n'envoie que l'empreinte : le champ ne part jamais avec le formulaire."""

    fichier = forms.FileField(label="Fichier à vérifier", required=False, widget=forms.FileInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout("fichier")
