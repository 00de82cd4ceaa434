"""Formulaires de l'assistant et de la gestion : leur forme, et les choix que les lectures offrent."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Layout, Submit
from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from accounts.models import Utilisateur
from habilitations.models import Application, Demande, Profil
from habilitations.queries import applications_gerees, profils_geres
from structures.models import Departement, Structure, TypeStructure
from structures.queries import FORMAT_ATTENDU


def _aide(methode: str, *champs: Any, adresse: str = "") -> FormHelper:
    aide = FormHelper()
    aide.attrs = {"novalidate": True}
    aide.form_method, aide.form_action = methode, adresse
    aide.layout = Layout(*champs)
    return aide


class TexteLong(forms.CharField):
    """Un texte de 2000 caractères au plus, comptés comme le compteur de la page : un retour à la ligne en vaut un."""

    widget = forms.Textarea(attrs={"rows": 4, "data-compteur": ""})

    def __init__(self, **reglages: Any) -> None:
        super().__init__(max_length=2000, **reglages)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


def _barre(retour: str, libelle: str, suite: str) -> Div:
    """Un lien en arrière, un bouton en avant."""
    return Div(
        HTML(format_html('<a class="btn btn-outline-primary" href="{}">{}</a>', retour, libelle)),
        HTML(format_html('<button type="submit" class="btn btn-primary a-droite">{}</button>', suite)),
        css_class="barre-actions",
    )


class RechercheApplicationForm(forms.Form):
    q = forms.CharField(
        label="Rechercher une application",
        required=False,
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _aide(
            "get",
            Div(
                "q",
                HTML('<button type="submit" class="btn btn-outline-primary">Rechercher</button>'),
                css_class="en-ligne",
            ),
        )
        self.helper.attrs = {
            "role": "search",
            "data-hx-get": "",
            "data-hx-trigger": "input delay:250ms, submit",
            "data-hx-target": "#applications",
            "data-hx-select": "#applications",
            "data-hx-swap": "outerHTML",
        }


class ChoixDuProfil(forms.ModelChoiceField[Profil]):
    def label_from_instance(self, obj: Profil) -> SafeString:
        conseil = format_html_join("", "<span>{}</span>", ((ligne,) for ligne in obj.conseil.splitlines() if ligne))
        return format_html("<strong>{}</strong><span>{}</span>{}", obj.nom, obj.description, conseil)


class ProfilForm(forms.Form):
    profil = ChoixDuProfil(
        queryset=Profil.objects.none(),
        empty_label=None,
        widget=forms.RadioSelect,
        error_messages={"required": "Choisissez un profil avant de continuer."},
    )

    def __init__(self, *args: Any, application: Application, precedent: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        champ = self.fields["profil"]
        champ.label = f"Profils de l'application {application.nom}"
        champ.queryset = application.profils.filter(ouvert=True)  # type: ignore[attr-defined]
        self.helper = _aide(
            "post",
            Div("profil", css_class="cartes-choix"),
            _barre(precedent, "Précédent", "Suivant"),
        )


class TypeStructureForm(forms.Form):
    type = forms.ModelChoiceField(
        label="Type de structures",
        queryset=TypeStructure.objects.none(),
        empty_label="Choisissez un type",
        error_messages={"required": "Choisissez un type de structures avant de continuer."},
    )

    def __init__(self, *args: Any, profil: Profil, annuler: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        types = list(profil.types_structure.all())
        champ = self.fields["type"]
        champ.queryset = profil.types_structure.all()  # type: ignore[attr-defined]
        if len(types) == 1:
            champ.initial = types[0].pk
        self.helper = _aide(
            "get",
            "type",
            _barre(annuler, "Annuler", "Continuer"),
        )


class NumeroForm(forms.Form):
    numero = forms.CharField(
        label="N° FINESS",
        max_length=20,
        help_text=FORMAT_ATTENDU,
        error_messages={"required": "Renseignez un numéro de FINESS, par exemple 750790073."},
        widget=forms.TextInput(attrs={"placeholder": "Renseignez un numéro de FINESS", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, retour: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _aide(
            "get",
            "numero",
            _barre(retour, "Retour", "Rechercher"),
        )


class RechercheStructureForm(forms.Form):
    """Recherche par mots ; sans JavaScript, le bouton l'envoie."""

    q = forms.CharField(
        label="Nom, ville, code postal ou département",
        max_length=120,
        required=False,
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, retour: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _aide(
            "get",
            "q",
            _barre(retour, "Retour", "Rechercher"),
        )
        self.helper.attrs = {
            "role": "search",
            "data-hx-get": "",
            "data-hx-trigger": "input delay:250ms, submit",
            "data-hx-target": "#resultats",
            "data-hx-select": "#resultats > *",
            "data-hx-sync": "this:replace",
        }


class StructureForm(forms.Form):
    """La structure que désigne un bouton « Ajouter » ou « Retirer »."""

    structure = forms.ModelChoiceField(queryset=Structure.objects.none())

    def __init__(self, *args: Any, parmi: QuerySet[Structure], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["structure"].queryset = parmi  # type: ignore[attr-defined]


class MessageForm(forms.ModelForm[Demande]):
    """Le message d'une demande, et ses deux issues : envoyer, ou l'enregistrer et revenir en arrière."""

    message = TexteLong(
        label="Joindre un message au gestionnaire",
        help_text="Remplissez un message à joindre à votre demande (facultatif).",
        required=False,
    )

    class Meta:
        model = Demande
        fields = ("message",)

    def __init__(self, *args: Any, enregistrer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Quitter le champ enregistre : fermer le navigateur ne perd rien.
        self.fields["message"].widget.attrs |= {
            "data-hx-post": enregistrer,
            "data-hx-trigger": "change",
            "data-hx-swap": "none",
        }
        self.helper = _aide(
            "post",
            "message",
            Div(
                HTML(
                    format_html(
                        '<button type="submit" class="btn btn-outline-primary" formaction="{}"'
                        ' name="suite" value="precedent">Précédent</button>',
                        enregistrer,
                    )
                ),
                HTML('<button type="submit" class="btn btn-primary a-droite">Envoyer ma demande</button>'),
                css_class="barre-actions",
            ),
        )
        self.helper.form_id = "envoi"


class MotifForm(forms.Form):
    motif = TexteLong(
        label="Motif du refus",
        help_text="La personne le lira tel quel : dites ce qui manque et ce qu'elle peut faire.",
        error_messages={"required": "Indiquez le motif du refus : la personne le lira."},
    )

    def __init__(self, *args: Any, adresse: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _aide(
            "post", "motif", Submit("refuser", "Refuser la demande", css_class="btn-danger"), adresse=adresse
        )


class FiltresForm(forms.Form):
    """Filtres de la file ; les choix sont ceux des portefeuilles de la personne."""

    q = forms.CharField(
        label="Personne, structure ou n° FINESS", max_length=120, required=False, widget=forms.SearchInput
    )
    application = forms.ModelChoiceField(queryset=Application.objects.none(), required=False, empty_label="Toutes")
    profil = forms.ModelChoiceField(queryset=Profil.objects.none(), required=False, empty_label="Tous")
    departement = forms.ModelChoiceField(
        label="Département", queryset=Departement.objects.all(), required=False, empty_label="Tous"
    )
    tri = forms.ChoiceField(
        label="Trier par",
        choices=[("", "Les plus anciennes d'abord"), ("recentes", "Les plus récentes d'abord")],
        required=False,
    )

    def __init__(self, *args: Any, personne: Utilisateur, etat: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = applications_gerees(personne)  # type: ignore[attr-defined]
        self.fields["profil"].queryset = profils_geres(personne)  # type: ignore[attr-defined]
        ouverts = mark_safe(" open") if any(self.data.get(nom) for nom in self.fields if nom != "q") else ""
        self.helper = _aide(
            "get",
            HTML(format_html('<input type="hidden" name="etat" value="{}">', etat)),
            Div(
                "q",
                HTML('<button type="submit" class="btn btn-primary">Filtrer</button>'),
                HTML(format_html('<a class="btn btn-link" href="?etat={}">Effacer les filtres</a>', etat)),
                css_class="en-ligne",
            ),
            HTML(format_html('<details class="plus-de-filtres"{}><summary>Plus de filtres</summary>', ouverts)),
            Div("application", "profil", "departement", "tri"),
            HTML("</details>"),
        )
