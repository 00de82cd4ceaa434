"""Formulaires des seconds facteurs."""

from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.champs import Indicatif, NumeroDeTelephone
from accounts.enums import GenreFacteur
from accounts.forms.commun import AvecTelephone, ligne_du_telephone, mise_en_page

AIDES = {
    GenreFacteur.APPLICATION: "Les 6 chiffres que montre votre application en ce moment.",
    GenreFacteur.SMS: "Les 6 chiffres du SMS, valables 10 minutes.",
    GenreFacteur.COURRIEL: "Les 6 chiffres du courriel, valables 10 minutes.",
    GenreFacteur.SECOURS: "Un code de votre liste, qui n'a pas encore servi. Par exemple : bcdf-2345-ghjk.",
}


class CodeForm(forms.Form):
    """Le code d'un facteur."""

    code = forms.CharField(
        label="Code de vérification",
        max_length=30,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "autocapitalize": "none", "spellcheck": "false"}
        ),
        error_messages={"required": "Saisissez le code."},
    )

    def __init__(self, *args: Any, genre: GenreFacteur, envoi: str = "Vérifier", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.genre = genre
        self.fields["code"].help_text = AIDES.get(genre, "")
        if genre == GenreFacteur.SECOURS:
            self.fields["code"].label = "Code de secours"
        else:
            self.fields["code"].widget.attrs["inputmode"] = "numeric"
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": True}
        self.helper.layout = Layout(
            "code", Div(StrictButton(envoi, type="submit", css_class="btn-primary"), css_class="barre-actions")
        )

    def clean_code(self) -> str:
        code = "".join(str(self.cleaned_data["code"]).split())
        if self.genre != GenreFacteur.SECOURS and not (code.isascii() and code.isdigit() and len(code) == 6):  # noqa: PLR2004
            raise ValidationError("Saisissez les 6 chiffres du code, par exemple 123 456.")
        return code


class NomDeFacteurForm(forms.Form):
    nom = forms.CharField(
        label="Nom",
        max_length=64,
        help_text="Pour le reconnaître, par exemple « Téléphone du bureau ».",
        error_messages={"required": "Donnez un nom, par exemple « Téléphone du bureau »."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = mise_en_page("nom", envoi="Enregistrer", annuler=reverse("accounts:securite"))


class TelephoneForm(AvecTelephone, forms.Form):
    """Le téléphone qui recevra les codes."""

    indicatif = Indicatif()
    telephone = NumeroDeTelephone(
        "Numéro de téléphone mobile", error_messages={"required": "Saisissez le numéro qui recevra les codes."}
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = mise_en_page(
            ligne_du_telephone(),
            envoi="Recevoir un code",
            annuler=reverse("accounts:securite"),
        )
