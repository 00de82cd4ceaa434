"""« Nouveau » : pour quelle structure, quelle année, quelle nature, et les fichiers."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout, Submit
from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html

from depot.enums import NatureDocument
from depot.models import Campagne
from structures.models import Structure

FICHIERS_MAX = 10


ACCEPTES = ".xlsx,.xls,.ods,.docx,.doc,.odt,.pdf"


FORMATS = {
    NatureDocument.QUANTITATIF: "Sous format Excel : .xlsx, .xls ou .ods",
    NatureDocument.QUALITATIF: "Sous format Word ou PDF : .docx, .doc, .odt ou .pdf",
}


ICONE_DE_DEPOT = '{% load theme %}{% icone "cloud-arrow-up" %}'


INVITE = "<p hidden data-invite>Glissez vos fichiers ici, ou choisissez-les :</p>"
SELON_LE_CONTENU = (
    "",
    format_html(
        "<strong>{}</strong><span>{}</span>",
        "Selon le contenu",
        "Excel : quantitatif ; Word ou PDF : qualitatif",
    ),
)


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

    structure = ChoixDeStructure(
        Structure.objects.none(),
        empty_label="Choisissez une structure",
        error_messages={"required": "Choisissez la structure pour laquelle vous déposez."},
    )
    campagne = forms.ModelChoiceField(Campagne.objects.none(), label="Année", empty_label=None)
    nature = forms.ChoiceField(
        label="Nature du rapport",
        required=False,
        initial="",
        widget=forms.RadioSelect,
        choices=[
            SELON_LE_CONTENU,
            *(
                (nature.value, format_html("<strong>{}</strong><span>{}</span>", nature.label, FORMATS[nature]))
                for nature in NatureDocument
            ),
        ],
    )
    # Celle d’un envoi : renvoyé par le navigateur ou par la page après une coupure, il ne dépose pas deux fois.
    cle = forms.CharField(widget=forms.HiddenInput, required=False, max_length=36)
    fichiers = ChampFichiers(
        label="Fichiers",
        allow_empty_file=True,
        widget=PlusieursFichiers(attrs={"accept": ACCEPTES}),
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
        self.helper.attrs = {
            "data-taille-max": taille_max,
            "data-adresse": reverse("depot:nouveau"),
            "data-cles": reverse("depot:envoi", args=["CLE"]),
            "data-recepisses": reverse("depot:recepisses"),
            "novalidate": True,
        }
        self.helper.layout = Layout(
            "structure",
            "campagne",
            "cle",
            Div(Field("nature"), css_class="cartes-choix", data_sans_script=True),
            Div(HTML(ICONE_DE_DEPOT), HTML(INVITE), "fichiers", css_class="zone-depot"),
            Div(
                Submit("envoyer", "Déposer"),
                HTML('<a class="btn btn-link" href="{% url "depot:accueil" %}">Annuler</a>'),
                css_class="barre-actions",
            ),
        )
