"""Formulaires des comptes : la forme des saisies, jamais les règles du domaine."""

import re
from typing import Any

import phonenumbers
from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from phonenumbers import PhoneNumberFormat

from accounts.champs import INDICATIFS, AdresseCourriel, Captcha, MotDePasse, NomPropre, NouveauMotDePasse
from accounts.models import Utilisateur
from accounts.services import Identite
from accounts.telephones import NumeroInvalide, au_format_e164
from structures.enums import EtatStructure
from structures.models import Structure
from structures.queries import rechercher

STRUCTURES_PROPOSEES = 10


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


class IdentiteForm(forms.Form):
    nom = NomPropre(label="Nom", autocomplete="family-name", error_messages={"required": "Saisissez votre nom."})
    prenom = NomPropre(
        label="Prénom", autocomplete="given-name", error_messages={"required": "Saisissez votre prénom."}
    )
    structure = forms.CharField(
        label="N° FINESS, ou nom et commune",
        required=False,
        max_length=250,
        help_text="Par exemple « CAMSP Paris ».",
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "list": "structures-proposees",
                "data-hx-get": reverse_lazy("accounts:proposer_structures"),
                "data-hx-trigger": "input changed delay:300ms",
                "data-hx-target": "#structures-proposees",
            }
        ),
    )
    structure_choisie = forms.ChoiceField(label="Votre structure", required=False, widget=forms.HiddenInput)
    indicatif = forms.ChoiceField(
        label="Indicatif du pays",
        required=False,
        choices=INDICATIFS,
        initial="33",
        widget=forms.Select(attrs={"autocomplete": "tel-country-code"}),
    )
    telephone = forms.CharField(
        label="Numéro de téléphone professionnel",
        required=False,
        max_length=30,
        help_text="Ex: 06 12 34 56 78",
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel-national"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.trouvees = _structures(self.data.get("structure", "")) if self.is_bound else []
        if len(self.trouvees) > 1:
            self._offrir_le_choix()
        self.helper = mise_en_page(*self._champs_identite(), envoi="Enregistrer", annuler=reverse("accounts:identite"))

    def _champs_identite(self) -> list[Any]:
        # La structure, facultative, ne se déplie que si elle est remplie.
        deplie = {"open": True} if self["structure"].value() else {}
        return [
            "nom",
            "prenom",
            Div(
                "structure",
                Div("structure_choisie", css_class="cartes-choix"),
                template="accounts/widgets/structure.html",
                **deplie,
            ),
            Div(
                Field("indicatif", wrapper_class="col-sm-5"),
                Field("telephone", wrapper_class="col-sm-7"),
                css_class="row",
            ),
        ]

    def _offrir_le_choix(self) -> None:
        self.fields["structure_choisie"] = forms.ChoiceField(
            label="Votre structure",
            required=False,
            widget=forms.RadioSelect,
            choices=[(str(s.pk), format_html("<strong>{}</strong><span>{}</span>", s, s.lieu)) for s in self.trouvees],
        )

    def clean(self) -> dict[str, Any]:
        donnees: dict[str, Any] = super().clean() or self.cleaned_data
        donnees["structure"] = self._structure(donnees)
        if donnees.get("telephone"):
            donnees["telephone"] = self._telephone(donnees.get("indicatif") or "33", donnees["telephone"])
        return donnees

    def _structure(self, donnees: dict[str, Any]) -> Structure | None:
        if not donnees.get("structure"):
            return None
        if not self.trouvees:
            self.add_error(
                "structure",
                "Aucune structure ouverte ne correspond. Vérifiez le n° FINESS ou essayez un autre nom ; "
                "vous pouvez aussi laisser ce champ vide.",
            )
            return None
        if len(self.trouvees) == 1:
            return self.trouvees[0]
        choisie = next((s for s in self.trouvees if str(s.pk) == donnees.get("structure_choisie")), None)
        if choisie is None:
            self.add_error(
                "structure_choisie",
                "Plusieurs structures correspondent : choisissez la vôtre, ou précisez le nom et la commune.",
            )
        return choisie

    def _telephone(self, indicatif: str, saisie: str) -> str:
        try:
            return au_format_e164(indicatif, saisie)
        except NumeroInvalide as erreur:
            self.add_error("telephone", str(erreur))
            return ""

    @staticmethod
    def initiales(personne: Utilisateur) -> dict[str, Any]:
        """L'identité connue, telle que le formulaire la présente."""
        donnees = {"nom": personne.nom, "prenom": personne.prenom, "structure": personne.structure or ""}
        if not personne.telephone:
            return donnees
        numero = phonenumbers.parse(personne.telephone)
        national = phonenumbers.format_number(numero, PhoneNumberFormat.NATIONAL)
        return donnees | {"indicatif": str(numero.country_code), "telephone": national}

    def identite(self) -> Identite:
        donnees = self.cleaned_data
        return Identite(
            prenom=donnees["prenom"],
            nom=donnees["nom"],
            telephone=donnees["telephone"],
            structure=donnees["structure"],
        )


class FermerLesSessions(forms.BooleanField):
    def __init__(self) -> None:
        super().__init__(
            label="Fermer mes autres sessions",
            required=False,
            help_text="Votre session reste ouverte ici ; sur les autres appareils, il faudra se reconnecter.",
        )


class ModificationIdentiteForm(IdentiteForm):
    fermer_sessions = FermerLesSessions()

    def _champs_identite(self) -> list[Any]:
        return [*super()._champs_identite(), "fermer_sessions"]


class NouvelleAdresseForm(forms.Form):
    courriel = AdresseCourriel("Nouvelle adresse courriel", aide="Utilisez votre adresse professionnelle nominative")
    fermer_sessions = FermerLesSessions()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = mise_en_page(
            "courriel",
            "fermer_sessions",
            envoi="Recevoir le courriel de confirmation",
            annuler=reverse("accounts:identite"),
        )


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
        _valider(self, "mot_de_passe", personne)
        return donnees


def _et_demander() -> StrictButton:
    """Le même formulaire, envoyé à la première étape de la « Demande de création de compte »."""
    return StrictButton(
        "S'inscrire et demander une application",
        type="submit",
        css_class="btn-outline-primary",
        formaction=reverse("accounts:inscription_et_demande"),
    )


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
        _valider(self, "mot_de_passe", self.personne)
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


def _valider(form: forms.Form, champ: str, personne: Utilisateur) -> None:
    if mot_de_passe := form.cleaned_data.get(champ):
        try:
            validate_password(mot_de_passe, personne)
        except ValidationError as erreur:
            form.add_error(champ, erreur)


def _structures(texte: str) -> list[Structure]:
    """Les structures ouvertes que désigne la saisie : « NOM (n° FINESS) », un numéro, un nom exact, ou des mots."""
    texte = texte.strip()
    if len(texte) < 3:  # noqa: PLR2004 -- moins de trois lettres ne désignent rien
        return []
    numero = re.search(r"\((\w{9})\)$", texte)
    trouvees = [
        structure
        for structure in rechercher(numero[1] if numero else texte, limite=STRUCTURES_PROPOSEES)
        if structure.etat == EtatStructure.OUVERT
    ]
    exactes = [structure for structure in trouvees if structure.nom.casefold() == texte.casefold()]
    return exactes if len(exactes) == 1 else trouvees
