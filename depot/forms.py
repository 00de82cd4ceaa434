"""Formulaires du dépôt : la forme des saisies, jamais les règles."""

from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout, Submit
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.utils.html import format_html

from depot.enums import EtatDepot, NatureDocument
from depot.models import Campagne
from structures.models import Region, Structure

FICHIERS_MAX = 10
ACCEPTES = ".xlsx,.xls,.ods,.docx,.doc,.odt,.pdf"
FORMATS = {
    NatureDocument.QUANTITATIF: "Sous format Excel : .xlsx, .xls ou .ods",
    NatureDocument.QUALITATIF: "Sous format Word ou PDF : .docx, .doc, .odt ou .pdf",
}
ICONE_DE_DEPOT = '{% load theme %}{% icone "cloud-arrow-up" %}'
INVITE = "<p hidden data-invite>Glissez vos fichiers ici, ou choisissez-les :</p>"


class PlusieursFichiers(forms.ClearableFileInput):
    allow_multiple_selected = True


class ChampFichiers(forms.FileField):
    """Un ou plusieurs fichiers ; un fichier vide passe, le juge saura le dire."""

    widget = PlusieursFichiers

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile[Any]]:
        fichiers = [super(ChampFichiers, self).clean(un, initial) for un in data or [None]]
        if len(fichiers) > FICHIERS_MAX:
            raise forms.ValidationError(f"Déposez {FICHIERS_MAX} fichiers au plus à la fois.")
        return fichiers


class ChoixDeStructure(forms.ModelChoiceField[Structure]):
    def label_from_instance(self, obj: Structure) -> str:
        return f"{obj.nom} – {obj.lieu} – N° FINESS : {obj.numero_finess}"


class Depot(forms.Form):
    """« Nouveau » : pour quelle structure, quelle année, quelle nature, et les fichiers."""

    structure = ChoixDeStructure(Structure.objects.none(), empty_label="Choisissez une structure")
    campagne = forms.ModelChoiceField(Campagne.objects.none(), label="Année", empty_label=None)
    nature = forms.ChoiceField(
        label="Nature du rapport",
        widget=forms.RadioSelect,
        choices=[
            (nature.value, format_html("<strong>{}</strong><span>{}</span>", nature.label, FORMATS[nature]))
            for nature in NatureDocument
        ],
    )
    fichiers = ChampFichiers(
        label="Fichiers",
        allow_empty_file=True,
        widget=PlusieursFichiers(attrs={"accept": ACCEPTES}),
        help_text="Un ou plusieurs fichiers, de 50 Mo au plus chacun.",
        error_messages={"required": "Choisissez au moins un fichier à déposer."},
    )

    def __init__(
        self, *args: Any, structures: QuerySet[Structure], campagnes: QuerySet[Campagne], taille_max: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        champ_structure, champ_campagne = self.fields["structure"], self.fields["campagne"]
        champ_structure.queryset = structures  # type: ignore[attr-defined]
        champ_campagne.queryset = campagnes  # type: ignore[attr-defined]
        champ_campagne.label_from_instance = lambda campagne: str(campagne.annee)  # type: ignore[attr-defined]
        if structures.count() == 1:
            champ_structure.empty_label = None  # type: ignore[attr-defined]
        megaoctets = taille_max // 1_000_000
        self.fields["fichiers"].help_text = f"Un ou plusieurs fichiers, de {megaoctets} Mo au plus chacun."
        self.helper = FormHelper()
        self.helper.form_id = "depot"
        self.helper.attrs = {"data-taille-max": taille_max, "novalidate": True}
        self.helper.layout = Layout(
            "structure",
            "campagne",
            Div(Field("nature"), css_class="cartes-choix"),
            Div(HTML(ICONE_DE_DEPOT), HTML(INVITE), "fichiers", css_class="zone-depot"),
            Div(
                Submit("envoyer", "Déposer"),
                HTML('<a class="btn btn-link" href="{% url "depot:accueil" %}">Annuler</a>'),
                css_class="barre-actions",
            ),
        )


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
    campagne = forms.ModelChoiceField(
        Campagne.objects.all(), label="Année", required=False, empty_label="Toutes", to_field_name="annee"
    )
    nature = forms.ChoiceField(required=False, choices=[("", "Toutes"), *NatureDocument.choices])
    texte = forms.CharField(label="Structure", required=False, max_length=100)


class FiltresFiness(_Filtres):
    campagne = forms.ModelChoiceField(
        Campagne.objects.all(), label="Année", required=False, empty_label=None, to_field_name="annee"
    )
    texte = forms.CharField(label="Nom, commune ou n° FINESS", required=False, max_length=100)
    region = forms.ModelChoiceField(Region.objects.none(), label="Région", required=False, empty_label="Toutes")
    etat = forms.ChoiceField(label="État du dépôt", required=False, choices=[("", "Tous"), *EtatDepot.choices])

    def __init__(self, *args: Any, regions: QuerySet[Region], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["region"].queryset = regions  # type: ignore[attr-defined]
