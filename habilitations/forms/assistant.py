"""Les formulaires de l'assistant."""

from typing import Any

from crispy_forms.layout import HTML, Div
from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from habilitations.forms.communs import TexteLong, barre, mise_en_page
from habilitations.models import Application, Demande, Profil
from structures.models import Structure, TypeStructure
from structures.queries import FORMAT_ATTENDU


class RechercheApplicationForm(forms.Form):
    q = forms.CharField(
        label="Rechercher une application",
        required=False,
        widget=forms.SearchInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = mise_en_page(
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
        self.helper = mise_en_page(
            "post",
            Div("profil", css_class="cartes-choix"),
            barre(precedent, "Précédent", "Suivant"),
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
        self.helper = mise_en_page(
            "get",
            "type",
            barre(annuler, "Annuler", "Continuer"),
        )


class NumeroForm(forms.Form):
    numero = forms.CharField(
        label="N° FINESS",
        max_length=20,
        help_text=FORMAT_ATTENDU,
        error_messages={"required": "Renseignez un numéro de FINESS, par exemple 750790073."},
        widget=forms.TextInput(attrs={"placeholder": "Renseignez un numéro de FINESS", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, adresse: str, retour: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["numero"].widget.attrs |= {
            "data-hx-get": adresse,
            "data-hx-trigger": "input changed delay:250ms",
            "data-hx-target": "#resultats",
            "data-hx-select": "#resultats > *",
            "data-hx-swap": "innerHTML ignoreTitle:true",
            "data-hx-sync": "this:replace",
        }
        self.helper = mise_en_page(
            "get",
            "numero",
            barre(retour, "Retour", "Rechercher"),
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
        self.helper = mise_en_page(
            "get",
            "q",
            barre(retour, "Retour", "Rechercher"),
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

    def __init__(self, *args: Any, enregistrer: str, contenu: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Quitter le champ enregistre : fermer le navigateur ne perd rien.
        self.fields["message"].widget.attrs |= {
            "data-hx-post": enregistrer,
            "data-hx-trigger": "change",
            "data-hx-swap": "none",
        }
        self.helper = mise_en_page(
            "post",
            # Ce que la page montre : envoyée d'un autre onglet, changée entre-temps, elle se relit d'abord.
            HTML(format_html('<input type="hidden" name="relu" value="{}">', contenu)),
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
