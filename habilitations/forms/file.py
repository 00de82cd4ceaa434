"""Les formulaires de la file : filtres, affectation, gestes groupés."""

from collections.abc import Collection, Iterable
from functools import partial
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout
from django import forms
from django.core.cache import caches
from django.utils.functional import cached_property

from accounts.models import Utilisateur
from habilitations.enums import TypeDemande
from habilitations.forms.communs import TexteLong
from habilitations.queries import choix_des_filtres

AGES = (2, 5, 10, 20)
PAR_PAGE = (25, 50, 100)
CHIFFRES_MAX = 9
# Ce qui réduit la liste ; le reste la range.
FILTRES = ("q", "application", "profil", "type", "region", "departement", "age", "affectation")


class Choisi(forms.ChoiceField):
    """Un numéro ou un code d'une liste : juger la réponse n'a pas à lire la liste, la file ne montre que le sien."""

    def valid_value(self, value: str) -> bool:
        return value.isascii() and value.isalnum() and len(value) <= CHIFFRES_MAX


class Numero(Choisi):
    """Le numéro d'un objet, ou l'un des mots qui tiennent lieu de numéro."""

    def __init__(self, *, mots: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.mots = mots

    def valid_value(self, value: str) -> bool:
        return value in self.mots or (value.isdecimal() and super().valid_value(value))


class FiltresForm(forms.Form):
    """Filtres de la file ; les choix offerts sont ceux des portefeuilles de la personne."""

    q = forms.CharField(
        label="Personne, structure ou n° FINESS", max_length=120, required=False, widget=forms.SearchInput
    )
    application = Numero(required=False)
    profil = Numero(required=False)
    type = forms.ChoiceField(label="Type de demande", choices=[("", "Tous"), *TypeDemande.choices], required=False)
    region = Choisi(label="Région", required=False)
    departement = Choisi(label="Département", required=False)
    age = forms.ChoiceField(
        label="Attente",
        choices=[("", "Toutes"), *((str(jours), f"Plus de {jours} jours ouvrés") for jours in AGES)],
        required=False,
    )
    affectation = Numero(required=False, mots=("moi", "personne"))
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

    @cached_property
    def choix(self) -> dict[str, list[tuple[str, str]]]:
        """Les choix de chaque champ ; un portefeuille changé s'y voit dans les cinq minutes."""
        offerts = caches["template_fragments"].get_or_set(
            f"choix_des_filtres:{self.personne.pk}", partial(choix_des_filtres, self.personne), 300
        )
        fixes = {nom: cast("Any", self.fields[nom]) for nom in ("type", "age", "tri", "par_page")}
        return cast("dict[str, list[tuple[str, str]]]", offerts) | {
            nom: list(champ.choices) for nom, champ in fixes.items()
        }

    @property
    def repliables(self) -> Iterable[forms.BoundField]:
        return (self[nom] for nom in (*FILTRES[1:], "tri", "par_page"))

    @property
    def deplie(self) -> bool:
        return any(self.data.get(champ.name) for champ in self.repliables)

    def clean_tri(self) -> str:
        """Seules les demandes traitées ont une date de décision."""
        tri: str = self.cleaned_data["tri"]
        return "recentes" if tri == "decisions" and self.etat not in {"traitees", "a_verifier"} else tri

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
