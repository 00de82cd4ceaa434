"""Les formulaires de la page où une demande se décide."""

from dataclasses import dataclass
from typing import Any

from crispy_forms.layout import HTML, Div
from django import forms
from django.utils.html import format_html

from habilitations.enums import Decision
from habilitations.forms.communs import TexteLong, mise_en_page
from habilitations.models import Demande, ModeleMotif
from habilitations.queries import modeles_de


@dataclass(frozen=True)
class _Mots:
    champ: str
    aide: str
    bouton: str
    couleur: str
    sans_texte: str = ""


MOTS = {
    Decision.ACCEPTER: _Mots(
        "Mot joint au courriel (facultatif)", "La personne le lira tel quel.", "Accepter la demande", "primary"
    ),
    Decision.REFUSER: _Mots(
        "Motif du refus",
        "La personne le lira tel quel : dites ce qui manque et ce qu'elle peut faire.",
        "Refuser la demande",
        "danger",
        "Indiquez le motif du refus : la personne le lira.",
    ),
    Decision.COMPLETER: _Mots(
        "Questions à la personne",
        "Elle les lira telles quelles, et pourra changer les structures. La demande attendra sa réponse.",
        "Demander un complément",
        "primary",
        "Écrivez ce qu'il faut compléter : la personne le lira.",
    ),
}


@dataclass(frozen=True)
class Adresses:
    """Où mènent les boutons d'une décision : décider, remplir d'un modèle, voir le courriel."""

    decider: str
    modele: str
    apercu: str


class DecisionForm(forms.Form):
    """Le texte d'une décision, écrit ou pris d'un modèle, et le courriel à voir avant de décider."""

    modele = forms.ModelChoiceField(
        label="Texte prêt", queryset=ModeleMotif.objects.none(), required=False, empty_label="Choisissez un texte"
    )
    motif = TexteLong(required=False)

    def __init__(self, *args: Any, decision: Decision, demande: Demande, adresses: Adresses, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = f"{decision}-%s"
        self.decision, mots = decision, MOTS[decision]
        texte, choix = self.fields["motif"], self.fields["modele"]
        texte.label, texte.help_text, texte.required = mots.champ, mots.aide, bool(mots.sans_texte)
        texte.error_messages["required"] = mots.sans_texte
        choix.queryset = modeles_de(demande, decision)  # type: ignore[attr-defined]
        choix.widget.attrs |= {
            "data-hx-post": adresses.modele,
            "data-hx-target": f"#bloc-{decision}",
            "data-hx-swap": "outerHTML",
        }
        self.helper = mise_en_page(
            "post",
            *self._choix_du_modele(adresses),
            "motif",
            Div(
                HTML(
                    format_html(
                        '<button type="submit" class="btn btn-outline-primary" formaction="{0}" data-hx-post="{0}"'
                        ' data-hx-target="#apercu-{1}">Voir le courriel</button>',
                        adresses.apercu,
                        decision,
                    )
                ),
                HTML(
                    format_html(
                        '<button type="submit" class="btn btn-{} a-droite">{}</button>', mots.couleur, mots.bouton
                    )
                ),
                css_class="barre-actions",
            ),
            adresse=adresses.decider,
        )

    def _choix_du_modele(self, adresses: Adresses) -> list[Div]:
        if not self.fields["modele"].queryset:  # type: ignore[attr-defined]
            return []
        bouton = format_html(
            '<button type="submit" class="btn btn-outline-primary" formaction="{}">Reprendre ce texte</button>',
            adresses.modele,
        )
        return [Div("modele", HTML(bouton), css_class="en-ligne texte-pret")]


class NoteForm(forms.Form):
    texte = TexteLong(
        label="Ajouter une note",
        help_text="Pour les gestionnaires seuls : la personne ne la verra jamais.",
        error_messages={"required": "Écrivez la note avant de l'enregistrer."},
    )

    def __init__(self, *args: Any, adresse: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "note-%s"
        self.fields["texte"].widget.attrs["rows"] = 2
        self.helper = mise_en_page(
            "post",
            "texte",
            HTML('<button type="submit" class="btn btn-outline-primary btn-sm">Enregistrer la note</button>'),
            adresse=adresse,
        )
