"""Les formulaires des revues d'habilitations."""

from typing import Any

from crispy_forms.layout import HTML, Div
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.html import format_html
from django.utils.safestring import SafeString

from habilitations.enums import SansReponse
from habilitations.forms.communs import TexteLong, barre, mise_en_page
from habilitations.models import Application, Profil

SUITES = [
    (SansReponse.RIEN, "Elles ne changent pas", "Elles sont dites « sans réponse » dans le compte rendu."),
    (
        SansReponse.EXPIRENT,
        "Elles expirent",
        "L'application se ferme le lendemain de l'échéance, et un courriel le dit.",
    ),
]


def _carte(titre: str, phrase: str) -> SafeString:
    return format_html("<strong>{}</strong><span>{}</span>", titre, phrase)


class RevueForm(forms.Form):
    application = forms.ModelChoiceField(
        queryset=Application.objects.none(),
        empty_label="Choisissez une application",
        error_messages={"required": "Choisissez l'application à revoir."},
    )
    profil = forms.ModelChoiceField(
        queryset=Profil.objects.none(), required=False, empty_label="Tous les profils de l'application"
    )
    echeance_le = forms.DateField(
        label="À finir pour le",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text="Ce jour compris. Un rappel part avant à qui n'a pas fini.",
        error_messages={
            "required": "Choisissez une échéance, par exemple dans un mois.",
            "invalid": "Saisissez une date, par exemple 31/01/2027.",
        },
    )
    sans_reponse = forms.ChoiceField(
        label="Habilitations dont personne n'aura rien dit",
        choices=[(valeur, _carte(titre, phrase)) for valeur, titre, phrase in SUITES],
        widget=forms.RadioSelect,
        initial=SansReponse.RIEN,
    )

    def __init__(self, *args: Any, applications: QuerySet[Application], retour: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = applications  # type: ignore[attr-defined]
        self.fields["profil"].queryset = Profil.objects.filter(  # type: ignore[attr-defined]
            application__in=applications
        ).select_related("application")
        self.helper = mise_en_page(
            "post",
            "application",
            "profil",
            "echeance_le",
            Div("sans_reponse", css_class="cartes-choix"),
            barre(retour, "Annuler", "Ouvrir la revue"),
        )

    def clean(self) -> dict[str, Any]:
        donnees = super().clean() or self.cleaned_data
        profil, application = donnees.get("profil"), donnees.get("application")
        if profil and application and profil.application_id != application.pk:
            self.add_error(
                "profil", ValidationError("Ce profil est d'une autre application : choisissez l'un des siens.")
            )
        return donnees


class RevocationEnRevueForm(forms.Form):
    """Le motif d'une révocation en nombre, et les habilitations qu'elle vise."""

    motif = TexteLong(
        label="Motif de la révocation",
        help_text="Chaque personne le lira tel quel.",
        error_messages={"required": "Indiquez le motif : chaque personne le lira."},
    )

    def __init__(self, *args: Any, lignes: list[int], retour: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        caches = [HTML(format_html('<input type="hidden" name="ligne" value="{}">', numero)) for numero in lignes]
        self.helper = mise_en_page(
            "post",
            HTML('<input type="hidden" name="geste" value="revoquer">'),
            *caches,
            "motif",
            Div(
                HTML(format_html('<a class="btn btn-outline-primary" href="{}">Ne rien révoquer</a>', retour)),
                HTML(
                    format_html(
                        '<button type="submit" name="confirme" value="oui" class="btn btn-danger a-droite">'
                        "Révoquer {} habilitation{}</button>",
                        len(lignes),
                        "s" if len(lignes) > 1 else "",
                    )
                ),
                css_class="barre-actions",
            ),
        )
