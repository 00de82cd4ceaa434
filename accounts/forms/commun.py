"""Ce que partagent les formulaires des comptes."""

from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.html import format_html

from accounts.models import Utilisateur
from accounts.telephones import NumeroInvalide, au_format_e164


def mise_en_page(
    *contenu: Any, envoi: str, annuler: str = "", renoncer: str = "Annuler", autre: Any = None
) -> FormHelper:
    """La mise en page commune : les champs, le bouton d'envoi, un autre s'il y en a, et où l'on va si l'on renonce."""
    helper = FormHelper()
    helper.attrs = {"novalidate": True}
    actions: list[Any] = [StrictButton(envoi, type="submit", css_class="btn-primary")]
    if autre:
        actions.append(autre)
    if annuler:
        aspect = "btn-link" if autre else "btn-outline-primary"
        actions.append(HTML(format_html('<a class="btn {}" href="{}">{}</a>', aspect, annuler, renoncer)))
    helper.layout = Layout(*contenu, Div(*actions, css_class="barre-actions"))
    return helper


class AvecTelephone:
    """Un formulaire aux champs `indicatif` et `telephone` ; le numéro en sort au format E.164, ou vide."""

    cleaned_data: dict[str, Any]

    def clean_telephone(self) -> str:
        saisie = str(self.cleaned_data["telephone"])
        try:
            return au_format_e164(self.cleaned_data.get("indicatif") or "33", saisie) if saisie else ""
        except NumeroInvalide as erreur:
            raise ValidationError(str(erreur)) from erreur


def ligne_du_telephone() -> Div:
    return Div(
        Field("indicatif", wrapper_class="col-sm-5"), Field("telephone", wrapper_class="col-sm-7"), css_class="row"
    )


class FermerLesSessions(forms.BooleanField):
    def __init__(self) -> None:
        super().__init__(
            label="Fermer mes autres sessions",
            required=False,
            help_text="Votre session reste ouverte ici ; sur les autres appareils, il faudra se reconnecter.",
        )


def valider_le_mot_de_passe(form: forms.Form, champ: str, personne: Utilisateur) -> None:
    if mot_de_passe := form.cleaned_data.get(champ):
        try:
            validate_password(mot_de_passe, personne)
        except ValidationError as erreur:
            form.add_error(champ, erreur)
