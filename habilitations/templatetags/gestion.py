"""Étiquettes des pages de gestion."""

from typing import Any, cast

from django import template
from django.core.cache import caches

from habilitations import queries
from habilitations.models import Application, Demande
from habilitations.queries import (
    DelaiAttendu,
    en_suppleance_de,
    nombre_sans_gestionnaire,
    supplees_par,
    voit_la_couverture,
)

register = template.Library()


@register.inclusion_tag("habilitations/gestion/rubriques.html", takes_context=True)
def rubriques(context: dict[str, Any], rubrique: str) -> dict[str, Any]:
    """Le menu des gestionnaires, et sur chaque page leurs suppléances ; pour qui y peut, les demandes oubliées."""
    personne = context["user"]
    national = voit_la_couverture(personne)
    return {
        "rubrique": rubrique,
        "voit_la_couverture": national,
        "sans_gestionnaire": _sans_gestionnaire() if national else 0,
        "a_verifier": queries.nombre_a_verifier(personne),
        "suppleances": supplees_par(personne),
    }


def _sans_gestionnaire() -> int:
    """Le compte relit tous les portefeuilles : le menu de chaque page se contente de celui de la dernière minute."""
    morceaux = caches["template_fragments"]
    return cast("int", morceaux.get_or_set("demandes_sans_gestionnaire", nombre_sans_gestionnaire, 60))


@register.inclusion_tag("habilitations/a_savoir.html", takes_context=True)
def a_savoir(context: dict[str, Any], demande: Demande) -> dict[str, Any]:
    """Dit, sur une demande, de qui la personne est la suppléante, et si l'acceptation reste à vérifier."""
    return {
        "absent": en_suppleance_de(context["user"], demande),
        "a_verifier": demande.regle_id is not None and queries.est_a_verifier(demande),
        "demande": demande,
        "request": context["request"],
    }


@register.simple_tag
def delai_attendu(application: Application) -> DelaiAttendu:
    """La phrase qui dit quand attendre une réponse."""
    return queries.delai_attendu(application)
