"""Une ligne de la file ; et ce que la page d'une demande lui emprunte : l'affectation, et qui d'autre la consulte."""

from typing import Any

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from habilitations import presence as presents
from habilitations.forms import AffectationForm
from habilitations.permissions import peut_affecter
from habilitations.queries import Ligne, gestionnaires_couvrant

register = template.Library()

VIDE = mark_safe("")


@register.simple_tag(takes_context=True)
def ligne_de_la_file(context: dict[str, Any], ligne: Ligne, autres: list[str]) -> SafeString:
    """Une rangée du tableau, d'un seul tenant : cent gabarits par page coûtaient plus que la base."""
    etat = format_html('<span class="etat etat-{}">{}</span>', ligne.etat, ligne.libelle_etat)
    if ligne.en_retard:
        etat += mark_safe(' <span class="etat etat-negatif">En retard</span>')
    if ligne.affectee_a:
        qui = "À vous" if ligne.affectee_a == context["user"].pk else f"À {ligne.affectee}"
        etat += format_html('<span class="ligne-seconde">{}</span>', qui)
    return format_html(
        '<tr{}>{}<th scope="row"><a href="{}/?{}">{}</a><span class="ligne-seconde">{}</span>{}</th>'
        '<td data-label="Profil"><div>{}<span class="ligne-seconde">{} · {}</span></div></td>'
        '<td data-label="Structures"><div>{}</div></td>'
        '<td data-label="Reçue le" class="chiffres"><div>{}{}</div></td>'
        '<td data-label="État"><div>{}</div></td></tr>',
        mark_safe(' class="en-retard"') if ligne.en_retard else VIDE,
        _case(ligne, coche=context["tout_coche"]) if context["groupable"] else VIDE,
        ligne.numero,
        context["filtres"],
        ligne.personne,
        ligne.courriel,
        _presents(autres),
        ligne.profil,
        ligne.application,
        ligne.libelle_type,
        _structures(ligne),
        date_format(localtime(ligne.soumise_le), "d/m/Y"),
        format_html('<span class="ligne-seconde">{}</span>', ligne.attente) if ligne.non_decidee else VIDE,
        etat,
    )


def _case(ligne: Ligne, *, coche: bool) -> SafeString:
    if not ligne.non_decidee:
        return mark_safe('<td class="case"></td>')
    return format_html(
        '<td class="case"><input type="checkbox" class="form-check-input" name="demandes" value="{}" '
        'aria-label="Cocher la demande de {}"{}></td>',
        ligne.numero,
        ligne.personne,
        mark_safe(" checked") if coche else VIDE,
    )


def _presents(autres: list[str]) -> SafeString:
    return format_html_join(
        "", '<span class="ligne-seconde present">{} consulte cette demande</span>', ((nom,) for nom in autres)
    )


def _structures(ligne: Ligne) -> SafeString:
    if not ligne.structures:
        return mark_safe('<span class="secondaire">Sans structure</span>')
    montrees = format_html_join(
        "", '<span class="ligne">{}<span class="ligne-seconde">{}</span></span>', ligne.premieres
    )
    if not ligne.autres:
        return montrees
    suite = "autres" if ligne.autres > 1 else "autre"
    return montrees + format_html('<span class="ligne-seconde">et {} {}</span>', ligne.autres, suite)


@register.inclusion_tag("habilitations/affectation.html", takes_context=True)
def affectation(context: dict[str, Any]) -> dict[str, Any]:
    demande, personne = context["demande"], context["request"].user
    couvrants = list(gestionnaires_couvrant(demande)) if peut_affecter(personne, demande) else []
    return {
        "demande": demande,
        "a_moi": demande.affectee_a_id == personne.pk,
        "personne": personne if personne in couvrants else None,
        "form": couvrants
        and AffectationForm(initial={"a": demande.affectee_a_id}, parmi=[qui.pk for qui in couvrants]),
        "filtres": context["filtres"],
        "csrf_token": context["csrf_token"],
    }


@register.inclusion_tag("habilitations/presence.html", takes_context=True)
def presence(context: dict[str, Any]) -> dict[str, Any]:
    """Note que la personne consulte la demande, sauf quand c'est le support qui regarde comme elle."""
    demande, request = context["demande"], context["request"]
    regarde = getattr(request, "regard", None)
    noms = presents.autres([demande.pk], request.user).get(demande.pk, []) if regarde else None
    return {
        "demande": demande,
        "noms": presents.signaler(demande.pk, request.user) if noms is None else noms,
        "tour": presents.TOURS if regarde else 1,
        "tours": presents.TOURS,
        "pas": presents.TOUR,
    }
