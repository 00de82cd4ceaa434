"""L'identité d'une personne, et son adresse."""

import re
from typing import Any

import phonenumbers
from crispy_forms.layout import Div
from django import forms
from django.urls import reverse, reverse_lazy
from django.utils.html import format_html
from phonenumbers import PhoneNumberFormat

from accounts.champs import AdresseCourriel, Indicatif, NomPropre, NumeroDeTelephone
from accounts.forms.commun import AvecTelephone, FermerLesSessions, ligne_du_telephone, mise_en_page
from accounts.models import Utilisateur
from accounts.services import Identite
from structures.enums import EtatStructure
from structures.models import Structure
from structures.queries import rechercher

STRUCTURES_PROPOSEES = 10


class IdentiteForm(AvecTelephone, forms.Form):
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
    indicatif = Indicatif(required=False)
    telephone = NumeroDeTelephone("Numéro de téléphone professionnel", required=False)

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
            ligne_du_telephone(),
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
