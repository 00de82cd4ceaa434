"""Entrer avec son identifiant et son mot de passe."""

from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms

from accounts.champs import Captcha, MotDePasse


class ConnexionForm(forms.Form):
    username = forms.CharField(
        label="Identifiant",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Saisissez votre identifiant ou votre adresse courriel."},
    )
    password = MotDePasse()

    def __init__(self, *args: Any, captcha: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.attrs = {"novalidate": True}
        self.helper.form_error_title = "Connexion refusée"
        self.demander_captcha(captcha)

    def demander_captcha(self, requis: bool) -> None:
        """Ajoute ou retire le captcha ; celui d'une saisie déjà jugée servira à la suivante."""
        self.fields.pop("captcha", None)
        if requis:
            self.fields["captcha"] = Captcha()
        bouton = StrictButton("Se connecter", type="submit", css_class="btn-primary w-100")
        self.helper.layout = Layout(*self.fields, bouton)

    def refuser(self) -> None:
        """La même réponse, que le compte soit inconnu, à confirmer ou désactivé, ou le mot de passe faux."""
        self.add_error(
            None,
            "L'identifiant ou le mot de passe est incorrect. Vérifiez votre saisie ; si vous venez de vous inscrire, "
            "confirmez d'abord votre adresse depuis le courriel reçu.",
        )
