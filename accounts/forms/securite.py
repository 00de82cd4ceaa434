"""Formulaires des seconds facteurs."""

from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Div, Field, Layout
from django import forms
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.champs import INDICATIFS, MotDePasse
from accounts.enums import GenreFacteur
from accounts.forms import ReinitialisationForm, mise_en_page
from accounts.models import Utilisateur
from accounts.telephones import NumeroInvalide, au_format_e164

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


class MotDePasseForm(forms.Form):
    """Redonner son mot de passe avant un geste sensible."""

    mot_de_passe = MotDePasse()
    refus = "Ce n'est pas votre mot de passe : saisissez celui de la dernière connexion."

    def __init__(self, *args: Any, personne: Utilisateur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.personne = personne
        self.helper = mise_en_page("mot_de_passe", envoi="Continuer", annuler=reverse("accounts:securite"))

    def clean_mot_de_passe(self) -> str:
        mot_de_passe = str(self.cleaned_data["mot_de_passe"])
        # Sans refaire un vieux hachage, ce qui éteindrait le lien de confirmation : la connexion s'en charge.
        if not check_password(mot_de_passe, self.personne.password):
            raise ValidationError(self.refus)
        return mot_de_passe


class ConfirmationForm(MotDePasseForm):
    """Confirmer son adresse avec le mot de passe de l'inscription, ou aller en choisir un autre."""

    mot_de_passe = MotDePasse("Mot de passe choisi à l'inscription")
    refus = "Ce n'est pas le mot de passe choisi à l'inscription : vérifiez-le, ou choisissez-en un autre."

    def __init__(self, *args: Any, jeton: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        autre = reverse("accounts:confirmer_autrement", args=[jeton])
        self.helper = mise_en_page(
            "mot_de_passe", envoi="Confirmer mon adresse", annuler=autre, renoncer="Choisir un autre mot de passe"
        )


class ConfirmationAutrementForm(ReinitialisationForm):
    """Confirmer son adresse en choisissant un mot de passe, celui de l'inscription oublié ou jamais connu."""

    def __init__(self, *args: Any, jeton: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        retour = reverse("accounts:confirmer", args=[jeton])
        self.helper = mise_en_page("mot_de_passe", envoi="Confirmer mon adresse", annuler=retour, renoncer="Retour")


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


class TelephoneForm(forms.Form):
    """Le téléphone qui recevra les codes."""

    indicatif = forms.ChoiceField(
        label="Indicatif du pays",
        choices=INDICATIFS,
        initial="33",
        widget=forms.Select(attrs={"autocomplete": "tel-country-code"}),
    )
    telephone = forms.CharField(
        label="Numéro de téléphone mobile",
        max_length=30,
        help_text="Ex: 06 12 34 56 78",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel-national"}),
        error_messages={"required": "Saisissez le numéro qui recevra les codes."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = mise_en_page(
            Div(
                Field("indicatif", wrapper_class="col-sm-5"),
                Field("telephone", wrapper_class="col-sm-7"),
                css_class="row",
            ),
            envoi="Recevoir un code",
            annuler=reverse("accounts:securite"),
        )

    def clean(self) -> dict[str, Any]:
        donnees = self.cleaned_data
        if donnees.get("telephone"):
            try:
                donnees["telephone"] = au_format_e164(donnees.get("indicatif") or "33", donnees["telephone"])
            except NumeroInvalide as erreur:
                self.add_error("telephone", str(erreur))
        return donnees
