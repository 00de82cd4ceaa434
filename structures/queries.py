"""Trouver une structure : par son numéro FINESS, par des mots, ou dans une liste."""

from collections.abc import Iterable
from dataclasses import dataclass

from structures.enums import EtatStructure
from structures.finess.numeros import cle_juste, complete_par_un_zero, est_bien_forme, nettoyer
from structures.models import Categorie, Departement, EntiteJuridique, Structure, StructureQuerySet, TypeStructure
from structures.recherche import les_plus_pertinentes

FORMAT_ATTENDU = "Le N°FINESS doit être composé de 9 caractères alphanumériques."


@dataclass(frozen=True)
class Reponse:
    """Ce que donne un numéro : la structure, ou la raison, en français, de ne pas la donner.

    `suggestion` est un numéro à proposer à la place. `etablissements` sont ceux de l'entité juridique dont c'était
    le numéro.
    """

    structure: Structure | None = None
    message: str = ""
    suggestion: str = ""
    etablissements: tuple[Structure, ...] = ()


def par_numero(
    saisie: str,
    *,
    types: Iterable[TypeStructure] | None = None,
    categories: Iterable[Categorie] | None = None,
) -> Reponse:
    """La structure de ce numéro FINESS, si elle est ouverte et de l'un des types et catégories acceptés.

    `types` absent : tous ; `categories` absentes ou vides : toutes celles des types.
    """
    numero = nettoyer(saisie)
    if suggestion := complete_par_un_zero(numero):
        return Reponse(message=f"Vouliez-vous dire {suggestion} ?", suggestion=suggestion)
    if not est_bien_forme(numero):
        return Reponse(message=FORMAT_ATTENDU)
    if not cle_juste(numero):
        return Reponse(message=f"Le numéro {numero} comporte une erreur de saisie : vérifiez chacun de ses chiffres.")
    structure = avec_lieux().filter(numero_finess=numero).first()
    if structure is None:
        return _numero_inconnu(numero, acceptees(types=types, categories=categories))
    if raison := _raison_du_refus(structure, acceptees(types=types, categories=categories)):
        return Reponse(message=raison)
    return Reponse(structure=structure)


def rechercher(
    texte: str,
    *,
    types: Iterable[TypeStructure] | None = None,
    categories: Iterable[Categorie] | None = None,
    departement: Departement | str | None = None,
    limite: int = 20,
) -> list[Structure]:
    """Les structures qui répondent le mieux à ces mots, les ouvertes d'abord ; un numéro FINESS complet y suffit."""
    parmi = acceptees(types=types, categories=categories)
    if departement:
        parmi = parmi.filter(departement=departement)
    numero = nettoyer(texte)
    if est_bien_forme(numero):
        return list(parmi.filter(numero_finess=numero))
    return les_plus_pertinentes(parmi, texte, limite)


def de_la_liste(type_structure: TypeStructure) -> StructureQuerySet:
    """Les organismes ouverts d'un type qui se choisit dans une liste (ARS, MDPH, …)."""
    return Structure.objects.ouvertes().filter(type=type_structure).order_by("nom")


def acceptees(*, types: Iterable[TypeStructure] | None, categories: Iterable[Categorie] | None) -> StructureQuerySet:
    structures = avec_lieux()
    if types is not None:
        structures = structures.filter(type__in=types)
    if categories:
        structures = structures.filter(categorie__in=categories)
    return structures


def avec_lieux() -> StructureQuerySet:
    """De quoi écrire nom, lieu, catégorie et entité juridique sans autre requête."""
    return Structure.objects.select_related("type", "categorie", "departement", "entite_juridique")


def _numero_inconnu(numero: str, parmi: StructureQuerySet) -> Reponse:
    if not EntiteJuridique.objects.filter(numero_finess=numero).exists():
        return Reponse(message=f"Aucun établissement ne porte le numéro {numero} : vérifiez-le, ou cherchez par nom.")
    siens = tuple(parmi.ouvertes().filter(entite_juridique__numero_finess=numero).order_by("nom")[:50])
    suite = "choisissez l'un de ses établissements." if siens else "elle n'a aucun établissement qui convienne ici."
    return Reponse(message=f"{numero} est le numéro d'une entité juridique : {suite}", etablissements=siens)


def _raison_du_refus(structure: Structure, parmi: StructureQuerySet) -> str:
    if structure.etat == EtatStructure.FERME:
        return f"{structure.nom} ({structure.lieu}) est fermé : choisissez un autre établissement."
    if structure.etat == EtatStructure.ABSENT:
        return f"{structure.nom} ({structure.lieu}) n'est plus au registre FINESS : choisissez un autre établissement."
    if not parmi.filter(pk=structure.pk).exists():
        return (
            f"{structure.nom} ({structure.lieu}) est de catégorie « {structure.categorie} », "
            "que ce profil n'accepte pas : choisissez un autre établissement."
        )
    return ""
