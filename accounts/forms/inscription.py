"""Créer son compte."""

from typing import Any

from crispy_forms.bootstrap import StrictButton
from django import forms
from django.urls import reverse
from django.utils.html import format_html

from accounts.champs import AdresseCourriel, Captcha, NouveauMotDePasse
from accounts.forms.commun import mise_en_page, valider_le_mot_de_passe
from accounts.forms.identite import IdentiteForm
from accounts.models import Utilisateur
from structures.models import Structure


class InscriptionForm(IdentiteForm):
    courriel = AdresseCourriel(aide="Utilisez votre adresse professionnelle nominative<br>Ex: prenom.nom@cnsa.fr")
    mot_de_passe = NouveauMotDePasse()
    captcha = Captcha()
    conditions = forms.BooleanField(
        label="J'accepte les conditions d'utilisation",
        error_messages={"required": "Acceptez les conditions d'utilisation pour vous inscrire."},
    )

    def __init__(self, *args: Any, avec_demande: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["conditions"].help_text = format_html(
            '<a href="{}" target="_blank">Lire les conditions d\'utilisation (nouvel onglet)</a>',
            reverse("conditions"),
        )
        champs = [*self._champs_identite(), "courriel", "mot_de_passe", "captcha", "conditions"]
        connexion = reverse("accounts:connexion")
        if avec_demande:
            self.helper = mise_en_page(*champs, envoi="Suivant", annuler=connexion, renoncer="Annuler ma demande")
        else:
            self.helper = mise_en_page(*champs, envoi="S'inscrire", annuler=connexion, autre=_et_demander())

    def clean_courriel(self) -> str:
        return str(self.cleaned_data["courriel"]).lower()

    def clean(self) -> dict[str, Any]:
        donnees = super().clean()
        personne = Utilisateur(**{champ: donnees.get(champ, "") for champ in ("prenom", "nom", "courriel")})
        # Le nom trouvé, et ce qui fut saisi pour le trouver : la liste de contrôle ne connaît que la saisie.
        personne.structure = Structure(nom=f"{self.data.get('structure', '')} {donnees['structure'] or ''}")
        valider_le_mot_de_passe(self, "mot_de_passe", personne)
        return donnees


def _et_demander() -> StrictButton:
    """Le même formulaire, envoyé à la première étape de la « Demande de création de compte »."""
    return StrictButton(
        "S'inscrire et demander une application",
        type="submit",
        css_class="btn-outline-primary",
        formaction=reverse("accounts:inscription_et_demande"),
    )
