"""Les formulaires d'une personne gestionnaire pour elle-même : son absence, ses courriels."""

from typing import Any
from urllib.parse import urlencode

from crispy_forms.layout import HTML, Div, Submit
from django import forms
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.models import Utilisateur
from habilitations.enums import Avis
from habilitations.forms.communs import TexteLong, mise_en_page
from habilitations.models import Application
from habilitations.queries import applications_gerees, gestionnaires_actifs


class ChoixDePersonne(forms.ModelChoiceField[Utilisateur]):
    def label_from_instance(self, obj: Utilisateur) -> str:
        return obj.get_full_name()


class AbsenceForm(forms.Form):
    suppleant = ChoixDePersonne(
        label="Qui vous supplée",
        queryset=Utilisateur.objects.none(),
        empty_label="Choisissez une personne gestionnaire",
        error_messages={"required": "Choisissez la personne qui vous supplée."},
    )
    debut_le = forms.DateField(
        label="Premier jour d'absence",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Donnez le premier jour.", "invalid": "Écrivez la date ainsi : 24/12/2026."},
    )
    fin_le = forms.DateField(
        label="Dernier jour d'absence",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Donnez le dernier jour.", "invalid": "Écrivez la date ainsi : 24/12/2026."},
    )

    def __init__(self, *args: Any, personne: Utilisateur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        collegues = gestionnaires_actifs().exclude(pk=personne.pk).order_by("nom", "prenom")
        self.fields["suppleant"].queryset = collegues  # type: ignore[attr-defined]
        for champ in ("debut_le", "fin_le"):
            self.fields[champ].widget.attrs["min"] = timezone.localdate().isoformat()
        self.helper = mise_en_page(
            "post",
            "suppleant",
            Div("debut_le", "fin_le", css_class="deux-volets"),
            Submit("declarer", "Déclarer cette absence", css_class="btn-primary"),
        )

    @property
    def a_des_collegues(self) -> bool:
        """Quelqu'un peut suppléer."""
        return self.fields["suppleant"].queryset.exists()  # type: ignore[attr-defined, no-any-return]


class PreferencesForm(forms.Form):
    avis = forms.ChoiceField(label="Comment apprendre qu'une demande arrive", widget=forms.RadioSelect)

    def __init__(self, *args: Any, heure: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["avis"].choices = [  # type: ignore[attr-defined]
            (Avis.CHAQUE_DEMANDE, _carte(Avis.CHAQUE_DEMANDE, "Dès qu'elle est envoyée ; un rappel si elle tarde.")),
            (
                Avis.RECAPITULATIF,
                _carte(
                    Avis.RECAPITULATIF,
                    f"Vers {heure} h, les jours ouvrés : les nouvelles, celles qui tardent, et rien d'autre.",
                ),
            ),
        ]
        self.helper = mise_en_page(
            "post",
            Div("avis", css_class="cartes-choix"),
            HTML('<div class="barre-actions"><button type="submit" class="btn btn-primary">Enregistrer</button></div>'),
        )


def _carte(avis: Avis, description: str) -> SafeString:
    return format_html("<strong>{}</strong><span>{}</span>", avis.label, description)


class RevocationForm(forms.Form):
    motif = TexteLong(
        label="Motif de la révocation",
        help_text="La personne le lira tel quel.",
        error_messages={"required": "Indiquez le motif de la révocation : la personne le lira."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = mise_en_page("post", "motif")
        self.helper.form_tag = False


class PeriodeForm(forms.Form):
    """Filtres des statistiques ; une valeur inconnue vaut la valeur par défaut."""

    PAR_DEFAUT = 12

    mois = forms.TypedChoiceField(
        label="Période",
        coerce=int,
        required=False,
        choices=[(nombre, f"{nombre} derniers mois") for nombre in (12, 3, 6, 24)],
    )
    application = forms.ModelChoiceField(queryset=Application.objects.none(), required=False, empty_label="Toutes")

    def __init__(self, *args: Any, personne: Utilisateur, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = applications_gerees(personne)  # type: ignore[attr-defined]
        self.helper = mise_en_page(
            "get",
            Div(
                "mois",
                "application",
                HTML('<button type="submit" class="btn btn-primary">Afficher</button>'),
                css_class="en-ligne",
            ),
        )

    @property
    def nombre_de_mois(self) -> int:
        return self.cleaned_data.get("mois") or self.PAR_DEFAUT

    @property
    def application_choisie(self) -> Application | None:
        return self.cleaned_data.get("application")

    def en_adresse(self) -> str:
        application = self.application_choisie
        return urlencode({"mois": self.nombre_de_mois} | ({"application": application.pk} if application else {}))
