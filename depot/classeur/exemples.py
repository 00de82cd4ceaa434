"""Deux modèles travaillés, pour les CAMSP et les CMPP : de quoi commencer une campagne, et la démonstration.

Une feuille par thème, la réponse en colonne C, et la feuille « contrôles » qui dit ce que chacune doit contenir.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from io import BytesIO
from typing import Any

import xlsxwriter

from depot.classeur.modele import FEUILLE, Sorte

PREMIERE_LIGNE = 4
EN_TETES = [
    "Code",
    "Feuille",
    "Cellule",
    "Libellé",
    "Sorte",
    "Obligatoire",
    "Minimum",
    "Maximum",
    "Plausible dès",
    "Plausible jusqu'à",
    "Valeurs",
    "Somme de",
    "Écart (%)",
]
Reponse = float | str | date


@dataclass(frozen=True)
class Question:
    """Une ligne du modèle. `total` : combien de lignes au-dessus d'elle cette somme additionne."""

    code: str
    libelle: str
    sorte: Sorte = Sorte.ENTIER
    unite: str = ""
    obligatoire: bool = True
    bornes: tuple[float | None, float | None] = (0, None)
    plausible: tuple[float | None, float | None] = (None, None)
    valeurs: Sequence[str] = ()
    ecart: float | None = None
    total: int = 0


@dataclass(frozen=True)
class Theme:
    feuille: str
    consigne: str
    questions: Sequence[Question] = field(default_factory=tuple)


SANS_BORNES = (None, None)


def _structure() -> Theme:
    return Theme(
        "Structure",
        "Ces réponses décrivent la structure au 31 décembre.",
        [
            Question("structure.nom", "Nom de la structure", Sorte.TEXTE, bornes=(None, 200)),
            Question("structure.ouverture", "Date d'ouverture", Sorte.DATE, obligatoire=False, bornes=SANS_BORNES),
            Question(
                "structure.statut",
                "Statut de l'organisme gestionnaire",
                Sorte.LISTE,
                bornes=SANS_BORNES,
                valeurs=("Public", "Privé à but non lucratif", "Privé à but lucratif"),
            ),
            Question(
                "structure.jours",
                "Jours d'ouverture dans l'année",
                unite="jours",
                bornes=(0, 366),
                plausible=(180, 260),
            ),
        ],
    )


def _file_active(ages: Sequence[tuple[str, str]]) -> Theme:
    par_age = [
        Question(f"file_active.{code}", f"Enfants suivis de {libelle}", unite="enfants") for code, libelle in ages
    ]
    return Theme(
        "File active",
        "Un enfant compte une fois, s'il a été reçu au moins une fois dans l'année.",
        [
            *par_age,
            Question(
                "file_active.total", "Enfants suivis dans l'année", Sorte.SOMME, "enfants",
                plausible=(20, 1500), ecart=30, total=len(par_age),
            ),
            Question("file_active.entrees", "Enfants entrés dans l'année", unite="enfants", ecart=50),
            Question("file_active.sorties", "Enfants sortis dans l'année", unite="enfants", ecart=50),
        ],
    )  # fmt: skip


def _seances(metiers: Sequence[tuple[str, str]]) -> Theme:
    return Theme(
        "Séances",
        "Les séances réalisées en présence de l'enfant ou de ses parents.",
        [
            *(Question(f"seances.{code}", f"Séances : {libelle}", unite="séances") for code, libelle in metiers),
            Question(
                "seances.total", "Séances réalisées", Sorte.SOMME, "séances",
                plausible=(200, 40_000), ecart=30, total=len(metiers),
            ),
            Question("seances.annulees", "Séances annulées ou manquées", unite="séances", ecart=60),
        ],
    )  # fmt: skip


def _effectifs(metiers: Sequence[tuple[str, str]]) -> Theme:
    return Theme(
        "Effectifs",
        "En équivalents temps plein (ETP) rémunérés au 31 décembre : 0,5 pour un mi-temps.",
        [
            *(
                Question(f"effectifs.{code}", f"ETP : {un}", Sorte.NOMBRE, "ETP", bornes=(0, 200), plausible=(None, 20))
                for code, un in metiers
            ),
            Question("effectifs.autres", "ETP : autres personnels", Sorte.NOMBRE, "ETP", bornes=(0, 200)),
            Question(
                "effectifs.total", "Effectif total", Sorte.SOMME, "ETP",
                plausible=(1, 80), ecart=25, total=len(metiers) + 1,
            ),
        ],
    )  # fmt: skip


def _delais() -> Theme:
    return Theme(
        "Délais",
        "En jours calendaires, en moyenne sur les enfants entrés dans l'année.",
        [
            Question(
                "delais.premier_rendez_vous", "De la demande au premier rendez-vous", Sorte.NOMBRE, "jours",
                bornes=(0, 1500), plausible=(1, 400), ecart=60,
            ),
            Question(
                "delais.premier_soin", "Du premier rendez-vous au premier soin", Sorte.NOMBRE, "jours",
                bornes=(0, 1500), plausible=(1, 500), ecart=60,
            ),
            Question("delais.attente", "Enfants en liste d'attente au 31 décembre", unite="enfants", ecart=60),
        ],
    )  # fmt: skip


def _financement(produits: Sequence[tuple[str, str]]) -> Theme:
    return Theme(
        "Financement",
        "Comptes de l'année close, en euros.",
        [
            *(Question(f"financement.{code}", libelle, Sorte.MONTANT, "€") for code, libelle in produits),
            Question(
                "financement.produits", "Total des produits", Sorte.SOMME, "€",
                plausible=(50_000, 8_000_000), ecart=25, total=len(produits),
            ),
            Question("financement.personnel", "Charges de personnel", Sorte.MONTANT, "€", ecart=25),
            Question("financement.autres_charges", "Autres charges", Sorte.MONTANT, "€", ecart=50),
            Question("financement.charges", "Total des charges", Sorte.SOMME, "€", ecart=25, total=2),
        ],
    )  # fmt: skip


METIERS_COMMUNS = [
    ("medecin", "médecin"),
    ("psychologue", "psychologue"),
    ("psychomotricien", "psychomotricien, psychomotricienne"),
    ("orthophoniste", "orthophoniste"),
    ("assistant_social", "assistant, assistante de service social"),
]
AUTRES_PRODUITS = ("autres", "Autres produits")

CAMSP: Sequence[Theme] = (
    _structure(),
    _file_active(
        [
            ("moins_de_1_an", "moins de 1 an"),
            ("1_a_2_ans", "1 à 2 ans"),
            ("3_a_4_ans", "3 à 4 ans"),
            ("5_a_6_ans", "5 à 6 ans"),
        ]
    ),
    _seances(
        [
            *METIERS_COMMUNS,
            ("kinesitherapeute", "kinésithérapeute"),
            ("educateur", "éducateur, éducatrice de jeunes enfants"),
        ]
    ),
    _effectifs(
        [
            *METIERS_COMMUNS,
            ("kinesitherapeute", "kinésithérapeute"),
            ("educateur", "éducateur, éducatrice de jeunes enfants"),
        ]
    ),
    _delais(),
    _financement(
        [
            ("assurance_maladie", "Dotation de l'assurance maladie"),
            ("departement", "Dotation du département"),
            AUTRES_PRODUITS,
        ]
    ),
)
CMPP: Sequence[Theme] = (
    _structure(),
    _file_active(
        [
            ("moins_de_6_ans", "moins de 6 ans"),
            ("6_a_11_ans", "6 à 11 ans"),
            ("12_a_15_ans", "12 à 15 ans"),
            ("16_a_20_ans", "16 à 20 ans"),
        ]
    ),
    _seances([*METIERS_COMMUNS, ("psychopedagogue", "psychopédagogue")]),
    _effectifs([*METIERS_COMMUNS, ("psychopedagogue", "psychopédagogue")]),
    _delais(),
    _financement([("assurance_maladie", "Produits de l'assurance maladie"), AUTRES_PRODUITS]),
)


# De quoi remplir un modèle de façon plausible : par code, ou par début de code.
REPONSES: Mapping[str, Reponse] = {
    "structure.statut": "Privé à but non lucratif",
    "structure.ouverture": date(1998, 9, 1),
    "structure.jours": 215.0,
    "file_active.entrees": 84.0,
    "file_active.sorties": 71.0,
    "file_active": 58.0,
    "seances.annulees": 430.0,
    "seances": 960.0,
    "effectifs": 2.5,
    "delais.premier_rendez_vous": 64.0,
    "delais.premier_soin": 118.0,
    "delais.attente": 37.0,
    "financement.assurance_maladie": 812_000.0,
    "financement.departement": 203_000.0,
    "financement.autres": 14_500.0,
    "financement.personnel": 794_300.0,
    "financement.autres_charges": 221_700.0,
}


def remplir(themes: Sequence[Theme], nom: str, part: float = 1.0) -> dict[str, Reponse]:
    """Des réponses plausibles à toutes les questions ; `part` grandit ou réduit la file active et les séances."""
    reponses: dict[str, Reponse] = {"structure.nom": nom}
    for question in (question for theme in themes for question in theme.questions if not question.total):
        prefixe = question.code.partition(".")[0]
        reponse = reponses.get(question.code) or REPONSES.get(question.code) or REPONSES[prefixe]
        if isinstance(reponse, float) and prefixe in {"file_active", "seances"}:
            reponse = float(round(reponse * part))
        reponses[question.code] = reponse
    return reponses


def composer(themes: Sequence[Theme], annee: int, reponses: Mapping[str, Reponse] | None = None) -> bytes:
    """Le modèle de l'année en .xlsx ; rempli, si des réponses sont dites (les totaux se calculent)."""
    sortie = BytesIO()
    with xlsxwriter.Workbook(sortie, {"strings_to_formulas": False, "strings_to_urls": False}) as classeur:
        # Sans date de fabrication : les mêmes réponses font toujours le même fichier.
        classeur.set_properties({"created": datetime(annee, 1, 1)})  # noqa: DTZ001 -- un classeur n'a pas de fuseau
        formats = {
            "titre": classeur.add_format({"bold": True, "font_size": 14}),
            "gras": classeur.add_format({"bold": True, "bottom": 1}),
            "reponse": classeur.add_format({"bg_color": "#FFF9E5", "border": 1}),
            "date": classeur.add_format({"bg_color": "#FFF9E5", "border": 1, "num_format": "dd/mm/yyyy"}),
            "total": classeur.add_format({"bold": True, "top": 1}),
        }
        _mode_d_emploi(classeur, annee, formats)
        for theme in themes:
            _ecrire_le_theme(classeur.add_worksheet(theme.feuille), theme, annee, reponses or {}, formats)
        _ecrire_les_controles(classeur.add_worksheet(FEUILLE), themes)
    return sortie.getvalue()


def _mode_d_emploi(classeur: Any, annee: int, formats: Mapping[str, Any]) -> None:
    feuille = classeur.add_worksheet("Mode d'emploi")
    feuille.set_column(0, 0, 100)
    feuille.write_string(0, 0, f"Rapport d'activité quantitatif {annee}", formats["titre"])
    for rang, phrase in enumerate(
        [
            "Remplissez les cases claires de chaque feuille, en colonne C. Les totaux se calculent seuls.",
            "N'ajoutez et ne supprimez ni ligne, ni feuille : les réponses sont lues à leur place.",
            "Au dépôt, chaque case est vérifiée ; ce qui est à corriger est dit par feuille et par cellule.",
        ],
        start=2,
    ):
        feuille.write_string(rang, 0, phrase)


def _ecrire_le_theme(
    feuille: Any, theme: Theme, annee: int, reponses: Mapping[str, Reponse], formats: Mapping[str, Any]
) -> None:
    feuille.set_column(0, 0, 56)
    feuille.set_column(1, 1, 10)
    feuille.set_column(2, 2, 22)
    feuille.write_string(0, 0, f"{theme.feuille} – {annee}", formats["titre"])
    feuille.write_string(1, 0, theme.consigne)
    for colonne, titre in enumerate(("Question", "Unité", "Réponse")):
        feuille.write_string(2, colonne, titre, formats["gras"])
    valeurs = _avec_les_totaux(theme, reponses)
    for rang, question in enumerate(theme.questions):
        ligne = PREMIERE_LIGNE - 1 + rang
        feuille.write_string(ligne, 0, question.libelle, formats["total"] if question.total else None)
        feuille.write_string(ligne, 1, question.unite)
        _ecrire_la_reponse(feuille, ligne, question, valeurs.get(question.code), formats)
        if question.valeurs:
            feuille.data_validation(ligne, 2, ligne, 2, {"validate": "list", "source": list(question.valeurs)})


def _ecrire_la_reponse(
    feuille: Any, ligne: int, question: Question, valeur: Reponse | None, formats: Mapping[str, Any]
) -> None:
    if question.total:
        formule = f"=SUM({_plage(ligne + 1, question)})"
        feuille.write_formula(ligne, 2, formule, formats["total"], valeur if valeur is not None else 0)
    elif isinstance(valeur, date):
        feuille.write_datetime(ligne, 2, valeur, formats["date"])
    elif isinstance(valeur, str):
        feuille.write_string(ligne, 2, valeur, formats["reponse"])
    elif valeur is None:
        feuille.write_blank(ligne, 2, None, formats["date" if question.sorte is Sorte.DATE else "reponse"])
    else:
        feuille.write_number(ligne, 2, valeur, formats["reponse"])


def _avec_les_totaux(theme: Theme, reponses: Mapping[str, Reponse]) -> dict[str, Reponse]:
    completes = dict(reponses)
    for rang, question in enumerate(theme.questions):
        if question.total and question.code not in completes:
            termes = [completes.get(terme.code) for terme in theme.questions[rang - question.total : rang]]
            completes[question.code] = sum(terme for terme in termes if isinstance(terme, int | float))
    return completes


def _plage(numero: int, question: Question) -> str:
    """Les cellules au-dessus de la ligne `numero` que cette question additionne."""
    return f"C{numero - question.total}:C{numero - 1}"


def _ecrire_les_controles(feuille: Any, themes: Sequence[Theme]) -> None:
    feuille.hide()
    feuille.write_row(0, 0, EN_TETES)
    rang = 0
    for theme in themes:
        for numero, question in enumerate(theme.questions, start=PREMIERE_LIGNE):
            rang += 1
            for colonne, valeur in enumerate(_controle(theme, numero, question)):
                if valeur is not None:
                    feuille.write(rang, colonne, valeur)


def _controle(theme: Theme, numero: int, question: Question) -> list[Any]:
    return [
        question.code,
        theme.feuille,
        f"C{numero}",
        question.libelle,
        question.sorte.value,
        "oui" if question.obligatoire else "non",
        *question.bornes,
        *question.plausible,
        "; ".join(question.valeurs) or None,
        _plage(numero, question) if question.total else None,
        question.ecart,
    ]
