"""Une ligne de la file ; et ce que la page d'une demande lui emprunte : l'affectation, et qui d'autre la consulte."""

from collections.abc import Iterable
from typing import Any, cast

from django import template
from django.forms import BoundField
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime

from habilitations import presence as presents
from habilitations.forms import AffectationForm, FiltresForm
from habilitations.permissions import peut_affecter
from habilitations.queries import Ligne, gestionnaires_couvrant

register = template.Library()


@register.simple_tag
def filtre(champ: BoundField) -> SafeString:
    """Un champ des filtres, son nom et ce qu'on lui reproche, d'un seul tenant : en gabarits, il coûtait la page."""
    saisie = _liste(champ) if champ.name in cast("FiltresForm", champ.form).choix else _texte(champ)
    fautes = " ".join(map(str, champ.errors))
    return format_html(
        '<div class="mb-3"><label class="form-label" for="{}">{}</label>{}{}</div>',
        champ.id_for_label,
        champ.label,
        saisie,
        # L'identifiant est celui que Django donne à la saisie pour désigner ce qu'on lui reproche.
        format_html('<div class="invalid-feedback" id="{}_error">{}</div>', champ.id_for_label, fautes)
        if fautes
        else "",
    )


def _texte(champ: BoundField) -> SafeString:
    return champ.as_widget(attrs={"class": "form-control is-invalid" if champ.errors else "form-control"})


def _liste(champ: BoundField) -> SafeString:
    choisi = str(champ.value() or "")
    options = format_html_join(
        "",
        '<option value="{}"{}>{}</option>',
        (
            (code, _CHOISI if code == choisi else "", libelle)
            for code, libelle in cast("FiltresForm", champ.form).choix[champ.name]
        ),
    )
    return format_html(
        '<select name="{}" id="{}" class="form-select">{}</select>', champ.html_name, champ.id_for_label, options
    )


_CHOISI = mark_safe(" selected")


@register.simple_tag(takes_context=True)
def rangees_de_la_file(context: dict[str, Any], lignes: Iterable[tuple[Ligne, list[str]]]) -> SafeString:
    """Le corps du tableau, d'un seul tenant : cent gabarits par page coûtaient plus que la base.

    `lignes` : chacune avec les noms de qui consulte la demande en ce moment.
    """
    personne, filtres = context["user"].pk, escape(context["filtres"])
    rangees = "".join(
        f"<tr{_EN_RETARD if ligne.en_retard else ''}>"
        f"{_case(ligne, coche=context['tout_coche']) if context['groupable'] else ''}"
        f'<th scope="row"><a href="{ligne.numero}/?{filtres}">{escape(ligne.personne)}</a>'
        f'<span class="ligne-seconde">{escape(ligne.courriel)}</span>{_presents(autres)}</th>'
        f'<td data-label="Profil"><div>{escape(ligne.profil)}'
        f'<span class="ligne-seconde">{escape(ligne.application)} · {ligne.libelle_type}</span></div></td>'
        f'<td data-label="Structures"><div>{_structures(ligne)}</div></td>'
        f'<td data-label="Reçue le" class="chiffres"><div>{localtime(ligne.soumise_le):%d/%m/%Y}{_attente(ligne)}</div>'
        f'</td><td data-label="État"><div>{_etat(ligne, personne)}</div></td></tr>'
        for ligne, autres in lignes
    )
    return mark_safe(rangees)  # noqa: S308 -- ce qui vient des personnes et des registres est échappé ci-dessus


_EN_RETARD = ' class="en-retard"'


def _attente(ligne: Ligne) -> str:
    return f'<span class="ligne-seconde">{ligne.attente}</span>' if ligne.non_decidee else ""


def _etat(ligne: Ligne, personne: int) -> str:
    etat = f'<span class="etat etat-{ligne.etat}">{ligne.libelle_etat}</span>'
    if ligne.en_retard:
        etat += ' <span class="etat etat-negatif">En retard</span>'
    if not ligne.affectee_a:
        return etat
    qui = "À vous" if ligne.affectee_a == personne else f"À {escape(ligne.affectee)}"
    return f'{etat}<span class="ligne-seconde">{qui}</span>'


def _case(ligne: Ligne, *, coche: bool) -> str:
    if not ligne.non_decidee:
        return '<td class="case"></td>'
    return (
        f'<td class="case"><input type="checkbox" class="form-check-input" name="demandes" value="{ligne.numero}" '
        f'aria-label="Cocher la demande de {escape(ligne.personne)}"{" checked" if coche else ""}></td>'
    )


def _presents(autres: list[str]) -> str:
    return "".join(f'<span class="ligne-seconde present">{escape(nom)} consulte cette demande</span>' for nom in autres)


def _structures(ligne: Ligne) -> str:
    if not ligne.structures:
        return '<span class="secondaire">Sans structure</span>'
    montrees = "".join(
        f'<span class="ligne">{escape(nom)}<span class="ligne-seconde">{escape(lieu)}</span></span>'
        for nom, lieu in ligne.premieres
    )
    if not ligne.autres:
        return montrees
    return f'{montrees}<span class="ligne-seconde">et {ligne.autres} autre{"s" if ligne.autres > 1 else ""}</span>'


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
