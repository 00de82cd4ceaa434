"""Champs des formulaires de comptes : noms propres, téléphone, adresses, mots de passe, captcha."""

import unicodedata
from typing import Any

from captcha.fields import CaptchaField, CaptchaTextInput
from captcha.models import CaptchaStore
from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.urls import reverse

from accounts.models import Utilisateur
from accounts.validators import mots_d_identite

INDICATIFS = [
    ("33", "France +33"),
    ("590", "Guadeloupe, Saint-Martin +590"),
    ("594", "Guyane +594"),
    ("596", "Martinique +596"),
    ("262", "La Réunion, Mayotte +262"),
    ("508", "Saint-Pierre-et-Miquelon +508"),
    ("687", "Nouvelle-Calédonie +687"),
    ("689", "Polynésie française +689"),
    ("681", "Wallis-et-Futuna +681"),
    ("49", "Allemagne +49"),
    ("32", "Belgique +32"),
    ("34", "Espagne +34"),
    ("39", "Italie +39"),
    ("352", "Luxembourg +352"),
    ("377", "Monaco +377"),
    ("351", "Portugal +351"),
    ("44", "Royaume-Uni +44"),
    ("41", "Suisse +41"),
]
# Un nom n'est ni une adresse web ni une ligne de plus dans un courriel : le point n'y finit qu'un mot (« St. »).
NOM_PROPRE = RegexValidator(
    r"^[^\W\d_](?:[^\W\d_]|[ '’\-]|\.(?=\s|$))*\Z",
    "N'employez que des lettres, des espaces, des traits d'union et des apostrophes, par exemple « Anne-Marie ».",
)


class NomPropre(forms.CharField):
    default_validators = [NOM_PROPRE]

    def __init__(self, *, autocomplete: str, **kwargs: Any) -> None:
        super().__init__(max_length=80, widget=forms.TextInput(attrs={"autocomplete": autocomplete}), **kwargs)

    def to_python(self, value: Any) -> str:
        return " ".join(unicodedata.normalize("NFC", super().to_python(value) or "").split())


class Indicatif(forms.ChoiceField):
    """Celui du pays du numéro."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Indicatif du pays",
            choices=INDICATIFS,
            initial="33",
            widget=forms.Select(attrs={"autocomplete": "tel-country-code"}),
            **kwargs,
        )


class NumeroDeTelephone(forms.CharField):
    def __init__(self, label: str, **kwargs: Any) -> None:
        super().__init__(
            label=label,
            max_length=30,
            help_text="Ex: 06 12 34 56 78",
            widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel-national"}),
            **kwargs,
        )


class AdresseCourriel(forms.EmailField):
    def __init__(self, label: str = "Adresse courriel", *, aide: str = "") -> None:
        super().__init__(
            label=label,
            help_text=aide,
            widget=forms.EmailInput(attrs={"autocomplete": "email"}),
            error_messages={
                "required": f"Saisissez votre {label[0].lower()}{label[1:]}.",
                "invalid": "Saisissez une adresse courriel complète, par exemple prenom.nom@cnsa.fr.",
            },
        )


class MotDePasse(forms.CharField):
    """Le mot de passe actuel."""

    def __init__(self, label: str = "Mot de passe") -> None:
        super().__init__(
            label=label,
            strip=False,
            max_length=1000,
            widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
            error_messages={"required": "Saisissez votre mot de passe."},
        )


class ChoixMotDePasse(forms.PasswordInput):
    """Un mot de passe à choisir, et la liste de contrôle que static/accounts/mot-de-passe.js tient à jour."""

    template_name = "accounts/widgets/choix_mot_de_passe.html"
    personne: Utilisateur | None = None
    """Celle dont le mot de passe ne doit pas dire l'identité ; le script y ajoute ce que le formulaire en saisit."""

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        attrs = {**(attrs or {}), "aria-describedby": f"{(attrs or {}).get('id', name)}_regles"}
        return super().get_context(name, value, attrs) | {
            "minimum": settings.MOT_DE_PASSE_LONGUEUR_MIN,
            "maximum": settings.MOT_DE_PASSE_LONGUEUR_MAX,
            "classes": settings.MOT_DE_PASSE_CLASSES_MIN,
            "interdits": " ".join(mots_d_identite(self.personne)),
        }


class NouveauMotDePasse(forms.CharField):
    def __init__(self, label: str = "Mot de passe") -> None:
        super().__init__(
            label=label,
            strip=False,
            max_length=1000,
            widget=ChoixMotDePasse(attrs={"autocomplete": "new-password"}),
            error_messages={"required": "Choisissez un mot de passe."},
        )


class ChampCaptcha(CaptchaTextInput):  # type: ignore[misc]
    """Image et réponse : un seul champ à remplir, donc une étiquette et non un groupe."""

    use_fieldset = False

    def audio_url(self) -> str:
        """La bibliothèque n'en propose un qu'avec le programme flite ; le portail a le sien."""
        return reverse("captcha-audio", args=[self._key])


class Captcha(CaptchaField):  # type: ignore[misc]
    def __init__(self) -> None:
        casse = "en majuscules" if settings.CAPTCHA_CASSE else "en majuscules ou en minuscules"
        super().__init__(
            widget=ChampCaptcha(),
            label="Caractères de l'image",
            help_text=f"Recopiez les 5 lettres et chiffres de l'image, vus ou écoutés, {casse}.",
            error_messages={
                "required": "Recopiez les caractères de l'image.",
                "invalid": "Ce ne sont pas les caractères de l'image : recopiez ceux de la nouvelle image.",
            },
        )

    def clean(self, value: list[str | None]) -> list[str | None]:
        """La bibliothèque juge sans la casse, et n'admet qu'un essai ; la casse se juge ici, si le réglage la veut."""
        cle, saisie = value
        montre = CaptchaStore.objects.filter(hashkey=cle).values_list("challenge", flat=True).first()
        juge: list[str | None] = super().clean(value)
        if settings.CAPTCHA_CASSE and (saisie or "").strip() != montre:
            raise ValidationError(self.error_messages["invalid"])
        return juge
