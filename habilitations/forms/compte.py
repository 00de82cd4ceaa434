"""Les formulaires de « Mon compte »."""

from collections.abc import Sequence
from typing import Any

from crispy_forms.layout import HTML, Div
from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.html import format_html

from accounts.models import Utilisateur
from habilitations.forms.communs import mise_en_page

PERSONNE, AUTRE = "", "autre"


class RemiseForm(forms.Form):
    """À qui remettre ce qu'on tient dans une structure : personne, un collègue habilité, ou une autre adresse.

    `remettre_a`, une fois nettoyé, est une adresse, ou rien.
    """

    a_qui = forms.ChoiceField(label="Qui prend votre suite ?", widget=forms.RadioSelect, required=False)
    courriel = forms.EmailField(
        label="Adresse courriel de cette autre personne",
        required=False,
        help_text="Par exemple prenom.nom@etablissement.fr. Sans compte, elle sera invitée à en créer un.",
        error_messages={"invalid": "Saisissez une adresse courriel entière, par exemple prenom.nom@etablissement.fr."},
    )

    def __init__(self, *args: Any, personne: Utilisateur, collegues: Sequence[Utilisateur], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.personne = personne
        self.adresses = {str(collegue.pk): collegue.courriel for collegue in collegues}
        choix = [
            (
                PERSONNE,
                _carte("Personne pour l'instant", "Vous rendez ce que vous tenez, sans le proposer à quelqu'un."),
            ),
            *(
                (str(un.pk), _carte(un.get_full_name(), "Personne déjà habilitée dans cette structure."))
                for un in collegues
            ),
            (AUTRE, _carte("Une autre personne", "Donnez son adresse ci-dessous.")),
        ]
        self.fields["a_qui"].choices = choix  # type: ignore[attr-defined]
        self.fields["a_qui"].initial = PERSONNE
        retour = reverse("habilitations:mes_habilitations")
        self.helper = mise_en_page(
            "post",
            Div("a_qui", css_class="cartes-choix"),
            "courriel",
            Div(
                HTML(format_html('<a class="btn btn-outline-primary" href="{}">Rester</a>', retour)),
                HTML('<button type="submit" class="btn btn-danger a-droite">Quitter la structure</button>'),
                css_class="barre-actions",
            ),
        )

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or self.cleaned_data
        a_qui, courriel = donnees.get("a_qui") or PERSONNE, donnees.get("courriel", "")
        if a_qui == AUTRE and not courriel and "courriel" not in self.errors:
            self.add_error("courriel", "Saisissez l'adresse de la personne qui prend votre suite.")
        if a_qui == AUTRE and courriel.lower() == self.personne.courriel.lower():
            self.add_error("courriel", ValidationError("C'est votre adresse : saisissez celle d'une autre personne."))
        donnees["remettre_a"] = courriel if a_qui == AUTRE else self.adresses.get(a_qui, "")
        return donnees


def _carte(titre: str, phrase: str) -> str:
    return format_html("<strong>{}</strong><span>{}</span>", titre, phrase)
