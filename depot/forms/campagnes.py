"""Les formulaires des agents : une campagne, sa réouverture, une prolongation."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Fieldset, Layout, Submit
from django import forms
from django.utils import timezone

from depot.enums import CategorieDeposante, Exigence, NatureDocument
from depot.models import Campagne
from depot.services import Calendrier
from depot.services.campagnes import TOUT_ATTENDRE, Attentes
from structures.models import Structure
from structures.queries import FORMAT_ATTENDU, par_numero


class ChampJour(forms.DateField):
    widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


def _mise_en_page(*champs: Any, envoi: str, retour: str) -> FormHelper:
    helper = FormHelper()
    helper.attrs = {"novalidate": True}
    helper.layout = Layout(
        *champs,
        Div(
            Submit("envoyer", envoi),
            HTML(f'<a class="btn btn-link" href="{retour}">Annuler</a>'),
            css_class="barre-actions",
        ),
    )
    return helper


class _AvecCalendrier(forms.Form):
    echeance_le = ChampJour(
        label="Échéance",
        help_text="Dernier jour pour déposer à temps, compris.",
        error_messages={"required": "Indiquez le dernier jour pour déposer à temps."},
    )
    retard_jusqu_au = ChampJour(
        label="Dépôts en retard acceptés jusqu'au",
        required=False,
        help_text="Facultatif. Passé l'échéance, les dépôts sont acceptés jusqu'à ce jour, marqués « en retard ».",
    )

    def clean(self) -> dict[str, Any]:
        propres = super().clean() or {}
        echeance, retard = propres.get("echeance_le"), propres.get("retard_jusqu_au")
        if echeance and retard and retard <= echeance:
            self.add_error("retard_jusqu_au", "La période de retard finit après l'échéance : corrigez la date.")
        return propres


class CampagneForm(_AvecCalendrier):
    # Le résumé des erreurs suit l'ordre de la page.
    field_order = ["annee", "ouverte_le"]
    annee = forms.IntegerField(
        label="Année",
        min_value=2000,
        max_value=2100,
        error_messages={"required": "Indiquez l'année, en quatre chiffres."},
    )
    ouverte_le = ChampJour(label="Premier jour", error_messages={"required": "Indiquez le premier jour des dépôts."})
    consignes = forms.CharField(
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5, "maxlength": 4000, "data-compteur": True}),
        help_text="Les structures les lisent à l'accueil de l'espace et dans la zone de dépôt.",
    )

    def __init__(self, *args: Any, campagne: Campagne | None = None, retour: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if campagne:
            del self.fields["annee"]
        attendus = _attendus(campagne)
        groupes = []
        for categorie in CategorieDeposante:
            noms = []
            for nature in NatureDocument:
                nom = f"attente_{categorie}_{nature}"
                self.fields[nom] = forms.ChoiceField(
                    label=nature.label, choices=Exigence.choices, initial=attendus[categorie, nature]
                )
                noms.append(nom)
            groupes.append(Fieldset(f"Ce qui est attendu des {categorie.label}", *noms))
        premiers = [] if campagne else ["annee"]
        self.helper = _mise_en_page(
            *premiers, "ouverte_le", "echeance_le", "retard_jusqu_au", *groupes, "consignes",
            envoi="Enregistrer" if campagne else "Créer la campagne", retour=retour,
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        propres = super().clean()
        debut, echeance = propres.get("ouverte_le"), propres.get("echeance_le")
        if debut and echeance and echeance < debut:
            self.add_error("echeance_le", "L'échéance doit suivre le premier jour : corrigez l'une des deux dates.")
        return propres

    def clean_annee(self) -> int:
        annee: int = self.cleaned_data["annee"]
        if Campagne.objects.filter(annee=annee).exists():
            raise forms.ValidationError(f"La campagne {annee} existe déjà : modifiez-la plutôt.")
        return annee

    def calendrier(self) -> Calendrier:
        return Calendrier(
            self.cleaned_data["ouverte_le"], self.cleaned_data["echeance_le"], self.cleaned_data["retard_jusqu_au"]
        )

    def attentes(self) -> Attentes:
        return {
            (categorie, nature): Exigence(self.cleaned_data[f"attente_{categorie}_{nature}"])
            for categorie in CategorieDeposante
            for nature in NatureDocument
        }


def _attendus(campagne: Campagne | None) -> Attentes:
    if campagne is None:
        return TOUT_ATTENDRE
    dits = {(piece.categorie, piece.nature): Exigence(piece.exigence) for piece in campagne.pieces.all()}
    return {cle: dits.get(cle, Exigence.NON_ATTENDU) for cle in TOUT_ATTENDRE}


class ReouvertureForm(_AvecCalendrier):
    def __init__(self, *args: Any, retour: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _mise_en_page("echeance_le", "retard_jusqu_au", envoi="Rouvrir la campagne", retour=retour)

    def clean_echeance_le(self) -> Any:
        if self.cleaned_data["echeance_le"] < timezone.localdate():
            raise forms.ValidationError("La nouvelle échéance est déjà passée : choisissez un jour à venir.")
        return self.cleaned_data["echeance_le"]


class ProlongationForm(forms.Form):
    numero = forms.CharField(
        label="N° FINESS de la structure",
        max_length=20,
        help_text=FORMAT_ATTENDU,
        error_messages={"required": "Indiquez le n° FINESS de la structure."},
    )
    jusqu_au = ChampJour(
        label="Jusqu'au",
        help_text="Dernier jour accordé, compris : la structure n'est pas en retard.",
        error_messages={"required": "Indiquez le dernier jour accordé."},
    )
    motif = forms.CharField(
        max_length=300,
        help_text="Pourquoi ce délai. Visible des agents et du journal, non de la structure.",
        error_messages={"required": "Dites pourquoi ce délai est accordé."},
    )

    def __init__(self, *args: Any, retour: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _mise_en_page("numero", "jusqu_au", "motif", envoi="Accorder le délai", retour=retour)

    def clean_numero(self) -> Structure:
        reponse = par_numero(self.cleaned_data["numero"])
        if reponse.structure is None:
            raise forms.ValidationError(reponse.message)
        return reponse.structure


MOTIF_MAX = 500


class RefusForm(forms.Form):
    """Le motif d'un refus après examen."""

    motif = forms.CharField(
        label="Motif du refus",
        max_length=MOTIF_MAX,
        widget=forms.Textarea(attrs={"rows": 4, "data-compteur": ""}),
        help_text="La personne le lira tel quel : dites ce qui ne va pas et ce qu'elle peut faire.",
        error_messages={"required": "Dites pourquoi le fichier est refusé : la personne qui l'a déposé le lira."},
    )

    def __init__(self, *args: Any, retour: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = _mise_en_page("motif", envoi="Refuser le document", retour=retour)
