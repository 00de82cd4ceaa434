"""Les rangées des longues listes, d'un seul tenant : un gabarit par case coûtait plus que la base."""

from datetime import datetime

from django import template
from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timezone import localtime

from depot.enums import ECARTES, EtatDepot, EtatDocument
from depot.models import Document
from depot.queries import Attendu, Case, Ligne, Rangee
from depot.templatetags.adresses import adresse
from depot.templatetags.tailles import en_octets
from structures.models import Structure

register = template.Library()
TEINTES = {EtatDepot.COMPLET: "positif", EtatDepot.PARTIEL: "info", EtatDepot.AUCUN: "attention"}


@register.simple_tag
def etat_du_document(document: Document) -> SafeString:
    """État d'un document : son nom, et la corbeille qui l'emporte."""
    if document.efface_le or document.supprime_le:
        etat = _etat("attention", "Effacé" if document.efface_le else "Dans la corbeille")
    elif document.etat == EtatDocument.PUBLIE:
        etat = _etat("positif", document.get_etat_display())
    else:
        etat = _etat("negatif" if document.etat in ECARTES else "info", document.get_etat_display())
    return format_html("{} {}", etat, _etat("attention", "En retard")) if document.en_retard else etat


@register.simple_tag
def etat_de_la_structure(etat: EtatDepot) -> SafeString:
    """Où en est une structure de la campagne."""
    return _etat(TEINTES[etat], etat.label)


def _etat(teinte: str, nom: str) -> SafeString:
    return format_html('<span class="etat etat-{}">{}</span>', teinte, nom)


@register.simple_tag
def cases_du_document(document: Document) -> SafeString:
    return format_html(
        '<th scope="row"><a href="{}">{}</a><br><span class="secondaire petit">{} · {}</span></th>'
        '<td data-label="Structure"><div>{}<br><span class="secondaire petit">{}</span></div></td>'
        '<td data-label="Rapport"><div>{} {}<br><span class="secondaire petit">version {}</span></div></td>'
        '<td data-label="Dépôt"><div>{}<br><span class="secondaire petit">{}</span><br>{}</div></td>',
        adresse(document.reference, "depot:recepisse"),
        document.nom_fichier,
        document.reference,
        en_octets(document.taille),
        document.structure.nom,
        document.structure.numero_finess,
        document.nature.capitalize(),
        document.campagne.annee,
        document.version,
        _jour(document.depose_le),
        document.deposant,
        etat_du_document(document),
    )


@register.simple_tag
def ligne_de_la_liste(ligne: Ligne) -> SafeString:
    structure = ligne.structure
    return format_html(
        '<tr><th scope="row">{}<br><span class="secondaire petit">{}</span></th>'
        '<td data-label="N° FINESS" class="chiffres">{}</td>'
        '<td data-label="Lieu"><div>{}<br><span class="secondaire petit">{}</span></div></td>'
        '{}<td data-label="État">{}</td></tr>',
        _lien(structure),
        structure.categorie.libelle_court if structure.categorie else "",
        structure.numero_finess,
        structure.lieu,
        structure.departement.region.nom if structure.departement else "",
        format_html_join(
            "",
            '<td data-label="{}">{}</td>',
            ((attendu.nature.capitalize(), _recu(attendu, structure)) for attendu in ligne.attendus),
        ),
        etat_de_la_structure(ligne.etat),
    )


def _recu(attendu: Attendu, structure: Structure) -> SafeString:
    if dernier := attendu.dernier:
        return format_html(
            '<a href="{}">{}<span class="visually-hidden"> – {} de {}</span></a>',
            adresse(dernier.reference, "depot:recepisse"),
            _jour(dernier.depose_le),
            attendu.nature.label,
            structure.nom,
        )
    return format_html('<span class="secondaire">{}</span>', "Non reçu" if attendu.concerne else "Non attendu")


@register.simple_tag
def rangee_de_la_matrice(rangee: Rangee) -> SafeString:
    structure = rangee.structure
    return format_html(
        '<tr><th scope="row">{}<br><span class="secondaire petit">{} · {}</span></th>{}</tr>',
        _lien(structure),
        structure.numero_finess,
        structure.lieu,
        format_html_join(
            "",
            '<td data-label="{}"><div>{}</div></td>',
            ((case.campagne.annee, _remises(case, structure)) for case in rangee.cases),
        ),
    )


def _remises(case: Case, structure: Structure) -> SafeString:
    remises = [
        format_html(
            '<a class="petit" href="{}">{}<span class="visually-hidden"> {} de {}, reçu</span></a><br>',
            adresse(dernier.reference, "depot:recepisse"),
            nature.capitalize(),
            case.campagne.annee,
            structure.nom,
        )
        if dernier
        else format_html(
            '<span class="secondaire petit"><span aria-hidden="true">–</span>'
            '<span class="visually-hidden">{} non reçu</span></span><br>',
            nature.capitalize(),
        )
        for nature, dernier in case.derniers
    ]
    return SafeString("".join(remises))


def _jour(instant: datetime) -> str:
    return date_format(localtime(instant), "d/m/Y")


def _lien(structure: Structure) -> SafeString:
    return format_html('<a href="{}">{}</a>', adresse(str(structure.numero_finess), "depot:structure"), structure.nom)
