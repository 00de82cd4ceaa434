"""Les statistiques des gestionnaires."""

from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.formats import date_format
from django.views.decorators.http import require_GET

from habilitations.forms import PeriodeForm
from habilitations.gardes import Acces, acces_application
from habilitations.queries import Statistiques, lignes_a_emporter, statistiques
from habilitations.views.communs import Requete
from structures.views.tableaux import FORMATS, reponse_tableau

COLONNES = [
    "Application", "Mois", "Reçues", "Décidées", "Acceptées", "Refusées", "En attente en fin de mois",
    "Délai médian (jours ouvrés)", "Délai de 9 demandes sur 10 (jours ouvrés)",
]  # fmt: skip


@acces_application("administration")
@require_GET
def chiffres(request: Requete, acces: Acces) -> HttpResponseBase:
    form = PeriodeForm(request.GET, personne=request.user)
    form.is_valid()
    lus = statistiques(request.user, nombre_de_mois=form.nombre_de_mois, application=form.application_choisie)
    format_ = request.GET.get("format")
    if format_ in FORMATS:
        return reponse_tableau("Statistiques des demandes", COLONNES, lignes_a_emporter(lus), format_=format_)
    par_mois, par_application = lus.par_mois(), lus.par_application()
    contexte = {
        "form": form,
        "total": lus.total(),
        "par_mois": par_mois,
        "par_application": par_application,
        "filtres": form.en_adresse(),
        "graphiques": _graphiques(lus),
    }
    return render(request, "habilitations/statistiques.html", contexte)


def _graphiques(lus: Statistiques) -> list[dict[str, object]]:
    par_mois, par_application = lus.par_mois(), lus.par_application()
    mois = [date_format(jour, "N Y") for jour, _ in par_mois]
    applications = [nom for nom, _ in par_application]
    total = lus.total()
    return [
        {
            "forme": "barres",
            "nom": "recues",
            "teintes": "",
            "titre": "Demandes reçues chaque mois",
            "description": f"{total.recues} demandes reçues en {len(mois)} mois.",
            "etiquettes": mois,
            "series": [("Reçues", [cumul.recues for _, cumul in par_mois])],
        },
        {
            "forme": "barres",
            "nom": "decidees",
            "teintes": "decision",
            "titre": "Demandes décidées chaque mois",
            "description": f"{total.acceptees} demandes acceptées et {total.refusees} refusées en {len(mois)} mois.",
            "etiquettes": mois,
            "series": [
                ("Acceptées", [cumul.acceptees for _, cumul in par_mois]),
                ("Refusées", [cumul.refusees for _, cumul in par_mois]),
            ],
        },
        {
            "forme": "courbe",
            "nom": "delais",
            "teintes": "",
            "titre": "Délai de décision, en jours ouvrés",
            "description": f"Sur la période, délai médian : {_jours(total.mediane)} ; neuf demandes sur dix : "
            f"{_jours(total.centile_90)} au plus.",
            "etiquettes": mois,
            "series": [
                ("Neuf demandes sur dix", [cumul.centile_90 for _, cumul in par_mois]),
                ("Délai médian", [cumul.mediane for _, cumul in par_mois]),
            ],
        },
        {
            "forme": "couchees",
            "nom": "attente",
            "teintes": "",
            "titre": "Demandes en attente aujourd'hui, par application",
            "description": f"{total.en_attente} demandes en attente.",
            "etiquettes": applications,
            "series": [("En attente", [cumul.en_attente for _, cumul in par_application])],
        },
    ]


def _jours(nombre: int | None) -> str:
    return "durée inconnue" if nombre is None else f"{nombre} jour{'s' if nombre > 1 else ''}"
