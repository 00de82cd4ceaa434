"""Les formulaires de la file : filtres, affectation, gestes groupés."""

from collections.abc import Iterable
from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout
from django import forms
from django.utils.functional import cached_property
from django.utils.html import format_html
from django.utils.safestring import mark_safe

from accounts.models import Utilisateur
from habilitations.enums import TypeDemande
from habilitations.forms.communs import TexteLong, mise_en_page
from habilitations.models import Application, Profil
from habilitations.queries import applications_gerees, autres_gestionnaires, profils_geres
from structures.models import Departement, Region

AGES = (2, 5, 10, 20)
PAR_PAGE = (25, 50, 100)
CHIFFRES_MAX = 9
# Ce qui réduit la liste ; le reste la range.
FILTRES = ("q", "application", "profil", "type", "region", "departement", "age", "affectation")


class Affectation(forms.ChoiceField):
    """À moi, à personne, ou le numéro d'une personne : juger la réponse n'a pas à lire la liste des collègues."""

    def valid_value(self, value: str) -> bool:
        return value in {"moi", "personne"} or (value.isdecimal() and len(value) <= CHIFFRES_MAX)


class FiltresForm(forms.Form):
    """Filtres de la file ; les choix sont ceux des portefeuilles de la personne."""

    q = forms.CharField(
        label="Personne, structure ou n° FINESS", max_length=120, required=False, widget=forms.SearchInput
    )
    application = forms.ModelChoiceField(queryset=Application.objects.none(), required=False, empty_label="Toutes")
    profil = forms.ModelChoiceField(queryset=Profil.objects.none(), required=False, empty_label="Tous")
    type = forms.ChoiceField(label="Type de demande", choices=[("", "Tous"), *TypeDemande.choices], required=False)
    region = forms.ModelChoiceField(label="Région", queryset=Region.objects.all(), required=False, empty_label="Toutes")
    departement = forms.ModelChoiceField(
        label="Département", queryset=Departement.objects.all(), required=False, empty_label="Tous"
    )
    age = forms.ChoiceField(
        label="Attente",
        choices=[("", "Toutes"), *((str(jours), f"Plus de {jours} jours ouvrés") for jours in AGES)],
        required=False,
    )
    affectation = Affectation(label="Affectation", required=False)
    tri = forms.ChoiceField(
        label="Trier par",
        choices=[
            ("", "Les plus anciennes d'abord"),
            ("recentes", "Les plus récentes d'abord"),
            ("decisions", "Les dernières décisions d'abord"),
        ],
        required=False,
    )
    par_page = forms.TypedChoiceField(
        label="Demandes par page",
        choices=[(str(nombre), str(nombre)) for nombre in PAR_PAGE],
        coerce=int,
        empty_value=None,
        required=False,
    )

    def __init__(self, *args: Any, personne: Utilisateur, etat: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.etat, self.personne = etat, personne
        for nom in ("application", "profil"):
            if self.data.get(nom):
                self._offrir(nom)
        self.fields["affectation"].choices = lambda: [  # type: ignore[attr-defined]
            ("", "Toutes"),
            ("moi", "À moi"),
            ("personne", "À personne"),
            *((str(qui.pk), f"À {qui}") for qui in autres_gestionnaires(personne)),
        ]

    def _offrir(self, nom: str) -> None:
        """Préparer ces choix coûte plus que lire la liste : seulement pour juger une réponse, ou montrer le champ."""
        geres = {"application": applications_gerees, "profil": profils_geres}[nom]
        self.fields[nom].queryset = geres(self.personne)  # type: ignore[attr-defined]

    @cached_property
    def helper(self) -> FormHelper:
        self._offrir("application")
        self._offrir("profil")
        ouverts = mark_safe(" open") if any(self.data.get(nom) for nom in self.fields if nom != "q") else ""
        return mise_en_page(
            "get",
            HTML(format_html('<input type="hidden" name="etat" value="{}">', self.etat)),
            Div(
                "q",
                HTML('<button type="submit" class="btn btn-primary">Filtrer</button>'),
                HTML(format_html('<a class="btn btn-link" href="?etat={}">Effacer les filtres</a>', self.etat)),
                css_class="en-ligne",
            ),
            HTML(format_html('<details class="plus-de-filtres"{}><summary>Plus de filtres</summary>', ouverts)),
            Div(*FILTRES[1:], "tri", "par_page"),
            HTML("</details>"),
        )

    def clean_tri(self) -> str:
        """Seules les demandes traitées ont une date de décision."""
        tri: str = self.cleaned_data["tri"]
        return "recentes" if tri == "decisions" and self.etat != "traitees" else tri

    @property
    def filtre(self) -> bool:
        return any(self.cleaned_data.get(champ) for champ in FILTRES)


class AffectationForm(forms.Form):
    """Une personne gestionnaire à qui affecter ; personne rend la demande à tous."""

    a = forms.ModelChoiceField(
        label="Affecter à",
        queryset=Utilisateur.objects.none(),
        required=False,
        empty_label="Personne en particulier",
        error_messages={"invalid_choice": "Cette personne ne couvre pas la demande : choisissez-en une autre."},
    )

    def __init__(self, *args: Any, parmi: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["a"].queryset = Utilisateur.objects.filter(pk__in=parmi)  # type: ignore[attr-defined]
        self.helper = _sans_balise("a")


class MotifGroupeForm(forms.Form):
    motif = TexteLong(
        label="Motif du refus",
        help_text="Le même pour toutes : chaque personne le lira tel quel.",
        error_messages={"required": "Indiquez le motif du refus : chaque personne le lira."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _sans_balise("motif")


def _sans_balise(*champs: str) -> FormHelper:
    """La page tient elle-même la balise `form` : elle y ajoute ce que la personne a coché."""
    aide = FormHelper()
    aide.form_tag, aide.disable_csrf = False, True
    aide.layout = Layout(*champs)
    return aide
