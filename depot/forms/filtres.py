"""Les filtres des listes."""

from collections.abc import Iterator
from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from django import forms
from django.forms.models import ModelChoiceIterator

from depot.enums import EtatDepot, EtatDocument, NatureDocument, PublicDeRelance
from depot.models import Campagne
from structures.models import Region


class _Choix(ModelChoiceIterator):  # type: ignore[type-arg]
    """Une courte liste, lue en une requête ; Django la demanderait par un curseur, en trois allers-retours."""

    def __iter__(self) -> Iterator[tuple[Any, Any]]:
        if self.field.empty_label is not None:
            yield ("", self.field.empty_label)
        yield from map(self.choice, self.queryset.all())


class _ListeCourte(forms.ModelChoiceField):  # type: ignore[type-arg]
    iterator = _Choix


class _Filtres(forms.Form):
    """Filtres d'une liste, en GET : une valeur inconnue ne filtre rien."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper(self)
        self.helper.form_method = "get"
        self.helper.disable_csrf = True
        self.helper.layout.append(StrictButton("Filtrer", type="submit", css_class="btn-outline-primary"))

    def choix(self) -> dict[str, Any]:
        if not self.is_bound:
            return {}
        self.is_valid()
        return {nom: valeur for nom, valeur in self.cleaned_data.items() if valeur}


class FiltresDocuments(_Filtres):
    campagne = _ListeCourte(
        Campagne.objects.all(), label="Année", required=False, empty_label="Toutes", to_field_name="annee"
    )
    nature = forms.ChoiceField(required=False, choices=[("", "Toutes"), *NatureDocument.choices])
    etat = forms.ChoiceField(label="État", required=False, choices=[("", "Tous"), *EtatDocument.choices])
    region = _ListeCourte(Region.objects.all(), label="Région", required=False, empty_label="Toutes")
    texte = forms.CharField(label="Structure, fichier ou référence", required=False, max_length=100)
    versions = forms.BooleanField(label="Montrer aussi les versions remplacées", required=False)

    def __init__(self, *args: Any, lit_tout: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not lit_tout:
            del self.fields["region"]
            self.helper.layout.fields.remove("region")


class _FiltresParRegion(_Filtres):
    region = _ListeCourte(Region.objects.all(), label="Région", required=False, empty_label="Toutes")


class FiltresMatrice(_FiltresParRegion):
    texte = forms.CharField(label="Nom, commune ou n° FINESS", required=False, max_length=100)

    field_order: tuple[str, ...] = ("texte", "region")


class FiltresFiness(FiltresMatrice):
    campagne = _ListeCourte(
        Campagne.objects.all(), label="Année", required=False, empty_label=None, to_field_name="annee"
    )
    etat = forms.ChoiceField(label="État du dépôt", required=False, choices=[("", "Tous"), *EtatDepot.choices])

    field_order = ("campagne", "texte", "region", "etat")


class PublicForm(_FiltresParRegion):
    campagne = _ListeCourte(
        Campagne.objects.all(), label="Année", required=False, empty_label=None, to_field_name="annee"
    )
    public = forms.ChoiceField(label="Structures visées", required=False, choices=PublicDeRelance.choices)

    field_order = ("campagne", "public", "region")
