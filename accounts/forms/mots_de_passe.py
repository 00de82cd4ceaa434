"""Redonner, changer, retrouver son mot de passe ; confirmer son adresse avec lui."""

from typing import Any

from django import forms
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError
from django.urls import reverse

from accounts.champs import AdresseCourriel, Captcha, MotDePasse, NouveauMotDePasse
from accounts.forms.commun import mise_en_page, valider_le_mot_de_passe
from accounts.models import Utilisateur


class EnvoiForm(forms.Form):
    """Demander un courriel."""

    captcha = Captcha()

    field_order = ["saisie", "captcha"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = mise_en_page(
            "saisie", "captcha", envoi="Recevoir le courriel", annuler=reverse("accounts:connexion")
        )


class AdresseForm(EnvoiForm):
    saisie = AdresseCourriel()


class OubliForm(EnvoiForm):
    saisie = forms.CharField(
        label="Identifiant ou adresse courriel",
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": "Saisissez votre identifiant ou votre adresse courriel."},
    )


class ReinitialisationForm(forms.Form):
    mot_de_passe = NouveauMotDePasse("Nouveau mot de passe")

    def __init__(self, *args: Any, personne: Utilisateur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.personne = personne
        self.fields["mot_de_passe"].widget.personne = personne
        self.helper = mise_en_page("mot_de_passe", envoi="Changer le mot de passe")

    def clean(self) -> dict[str, Any]:
        valider_le_mot_de_passe(self, "mot_de_passe", self.personne)
        return self.cleaned_data


class ChangementMotDePasseForm(ReinitialisationForm):
    actuel = MotDePasse("Mot de passe actuel")

    field_order = ["actuel", "mot_de_passe"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = mise_en_page(
            "actuel", "mot_de_passe", envoi="Changer le mot de passe", annuler=reverse("accounts:identite")
        )

    def clean_actuel(self) -> str:
        actuel = str(self.cleaned_data["actuel"])
        if not self.personne.check_password(actuel):
            raise ValidationError("Ce n'est pas votre mot de passe actuel : saisissez celui de la dernière connexion.")
        return actuel


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
