"""La réponse à un complément."""

from typing import Any

from crispy_forms.layout import HTML, Div
from django import forms
from django.utils.html import format_html

from habilitations.forms.communs import TexteLong, mise_en_page


class ReponseForm(forms.Form):
    """La réponse et ses deux issues : l'envoyer, ou la garder pour plus tard."""

    reponse = TexteLong(
        label="Votre réponse",
        help_text="La personne gestionnaire la lira telle quelle.",
        error_messages={"required": "Écrivez votre réponse avant de l'envoyer."},
    )

    def __init__(self, *args: Any, enregistrer: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Quitter le champ enregistre : fermer le navigateur ne perd rien.
        self.fields["reponse"].widget.attrs |= {
            "rows": 6,
            "data-hx-post": enregistrer,
            "data-hx-trigger": "change",
            "data-hx-swap": "none",
        }
        self.helper = mise_en_page(
            "post",
            "reponse",
            Div(
                HTML(
                    format_html(
                        '<button type="submit" class="btn btn-outline-primary" formaction="{}"'
                        ' name="suite" value="plus_tard">Finir plus tard</button>',
                        enregistrer,
                    )
                ),
                HTML('<button type="submit" class="btn btn-primary a-droite">Envoyer ma réponse</button>'),
                css_class="barre-actions",
            ),
        )
        self.helper.form_id = "reponse"


class BrouillonForm(forms.Form):
    """La réponse telle qu'elle est, même vide, et ce que la personne fait ensuite."""

    reponse = TexteLong(required=False)
    suite = forms.ChoiceField(choices=[(code, code) for code in ("", "structures", "plus_tard")], required=False)
