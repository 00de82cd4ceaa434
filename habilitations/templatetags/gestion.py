"""Étiquettes des pages de gestion."""

from typing import Any, cast

from django import template
from django.core.cache import caches

from accounts.models import Utilisateur
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
        # Sur la file même, l'onglet « À traiter » le dit déjà.
        "en_attente": _en_attente(personne) if rubrique != "demandes" else "",
        "voit_la_couverture": national,
        "sans_gestionnaire": _sans_gestionnaire() if national else 0,
        "a_verifier": queries.nombre_a_verifier(personne),
        "suppleances": supplees_par(personne),
    }


@register.inclusion_tag("habilitations/gestion/onglets_des_droits.html", takes_context=True)
def onglets_des_droits(context: dict[str, Any], onglet: str, a_revoir: int = 0) -> dict[str, Any]:
    """Les pages des habilitations ; `a_revoir` : combien d'entre elles, quand la page l'a compté."""
    onglets = queries.ONGLETS_DES_DROITS.items()
    return {"onglets": onglets, "onglet": onglet, "a_revoir": a_revoir, "request": context["request"]}


def _en_attente(personne: Utilisateur) -> str:
    """Ce qui attend dans la file, de la dernière minute : le menu de chaque page ne le recompte pas."""

    def compter() -> str:
        nombre = queries.compter(queries.demandes_confiees(personne).en_attente(), queries.PLAFOND)
        return f"{queries.PLAFOND}+" if nombre > queries.PLAFOND else str(nombre or "")

    return cast("str", caches["template_fragments"].get_or_set(f"demandes_en_attente_{personne.pk}", compter, 60))


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
