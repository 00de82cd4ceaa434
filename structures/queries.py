"""Trouver une structure : par son numéro FINESS, par des mots, ou dans une liste."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db.models import Case, Q, QuerySet, When

from structures.enums import ENTREE, ETAT, EtatStructure
from structures.finess.numeros import (
    LONGUEUR,
    RESSEMBLE,
    cle_juste,
    complete_par_un_zero,
    est_bien_forme,
    nettoyer,
    proches,
)
from structures.models import (
    Categorie,
    Changement,
    Departement,
    EntiteJuridique,
    ImportFiness,
    Region,
    Structure,
    StructureQuerySet,
    TypeStructure,
)
from structures.recherche import les_plus_pertinentes

FORMAT_ATTENDU = "Le N°FINESS doit être composé de 9 caractères alphanumériques."
CHANGEMENTS_MONTRES = 100
# Pendant la saisie d'un numéro : dès combien de caractères, et combien d'établissements.
DEBUT_DE_NUMERO = 3
PENDANT_LA_SAISIE = 10


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
    if not est_bien_forme(numero) or not cle_juste(numero):
        return _numero_faux(numero, acceptees(types=types, categories=categories))
    structure = avec_lieux().filter(numero_finess=numero).first()
    if structure is None:
        return _numero_inconnu(numero, acceptees(types=types, categories=categories))
    if raison := _raison_du_refus(structure, acceptees(types=types, categories=categories)):
        return Reponse(message=raison)
    return Reponse(structure=structure)


def par_debut_de_numero(saisie: str, *, types: Iterable[TypeStructure], categories: Iterable[Categorie]) -> Reponse:
    """Pendant la saisie : les établissements ouverts au numéro qui commence ainsi ; entier, ce que dit `par_numero`."""
    numero = nettoyer(saisie)
    if len(numero) >= LONGUEUR:
        return par_numero(saisie, types=types, categories=categories)
    if len(numero) < DEBUT_DE_NUMERO:
        return Reponse()
    siens = acceptees(types=types, categories=categories).ouvertes().filter(numero_finess__startswith=numero)
    if trouves := tuple(siens.order_by("numero_finess")[:PENDANT_LA_SAISIE]):
        return Reponse(etablissements=trouves)
    if suggestion := complete_par_un_zero(numero):
        return Reponse(message=f"Vouliez-vous dire {suggestion} ?", suggestion=suggestion)
    return Reponse(message=f"Aucun numéro attendu ici ne commence par {numero} : vérifiez-le, ou cherchez par nom.")


def rechercher(
    texte: str,
    *,
    types: Iterable[TypeStructure] | None = None,
    categories: Iterable[Categorie] | None = None,
    parmi: StructureQuerySet | None = None,
    limite: int = 20,
) -> list[Structure]:
    """Les structures qui répondent le mieux à ces mots, les ouvertes d'abord ; `parmi` prime.

    Un numéro FINESS y suffit, même au zéro perdu ou à un chiffre près ; celui d'une entité donne ses établissements.
    """
    if parmi is None:
        parmi = acceptees(types=types, categories=categories)
    numero = nettoyer(texte)
    if RESSEMBLE.fullmatch(numero):
        return _par_numero_approche(parmi, numero, limite)
    return les_plus_pertinentes(parmi, texte, limite)


def _par_numero_approche(parmi: StructureQuerySet, numero: str, limite: int) -> list[Structure]:
    fautif = not (est_bien_forme(numero) and cle_juste(numero))
    for voulus in ({numero, complete_par_un_zero(numero)}, proches(numero) if fautif else set()):
        if trouvees := list(parmi.filter(numero_finess__in=voulus).order_by("numero_finess")[:limite]):
            return trouvees
    entites = {numero, complete_par_un_zero(numero)}
    return list(parmi.filter(entite_juridique__numero_finess__in=entites).order_by("etat", "nom")[:limite])


def de_la_liste(type_structure: TypeStructure) -> StructureQuerySet:
    """Les organismes ouverts d'un type qui se choisit dans une liste (ARS, MDPH, …)."""
    return Structure.objects.ouvertes().filter(type=type_structure).order_by("nom")


def acceptees(
    *,
    types: Iterable[TypeStructure] | None = None,
    categories: Iterable[Categorie] | None = None,
    region: Region | str | None = None,
    departement: Departement | str | None = None,
    etat: str = "",
) -> StructureQuerySet:
    structures = avec_lieux()
    if region:
        structures = structures.filter(departement__region=region)
    if departement:
        structures = structures.filter(departement=departement)
    if etat:
        structures = structures.filter(etat=etat)
    if types is not None:
        structures = structures.filter(type__in=types)
    if categories:
        structures = structures.filter(categorie__in=categories)
    return structures


def avec_lieux() -> StructureQuerySet:
    """De quoi écrire nom, lieu, catégorie et entité juridique sans autre requête."""
    return Structure.objects.select_related("type", "categorie", "departement", "entite_juridique")


@dataclass(frozen=True)
class Episode:
    """Ce qu'un import a changé d'une structure, au jour de son fichier."""

    importation: ImportFiness
    changements: list[Changement]


def histoire(structure: Structure) -> list[Episode]:
    """Du plus récent au plus ancien."""
    changements = structure.changements.select_related("importation").order_by("-importation_id", "pk")
    par_import = groupby(changements[:CHANGEMENTS_MONTRES], key=lambda changement: changement.importation)
    return [Episode(importation, list(ensemble)) for importation, ensemble in par_import]


def est_un_numero(texte: str) -> bool:
    return RESSEMBLE.fullmatch(nettoyer(texte)) is not None


def entite_au_numero(texte: str) -> EntiteJuridique | None:
    """L'entité juridique dont `texte` est le numéro, son zéro de tête perdu ou non."""
    if not est_un_numero(texte):
        return None
    numero = nettoyer(texte)
    return EntiteJuridique.objects.filter(numero_finess__in={numero, complete_par_un_zero(numero)} - {""}).first()


def _numero_faux(numero: str, parmi: StructureQuerySet) -> Reponse:
    """Propose ce que la personne a sans doute voulu écrire."""
    raison = f"Le numéro {numero} comporte une erreur de saisie." if est_bien_forme(numero) else FORMAT_ATTENDU
    voisines = list(parmi.filter(numero_finess__in=proches(numero)).ouvertes().order_by("numero_finess"))
    if len(voisines) == 1:
        seule = voisines[0]
        return Reponse(
            message=f"{raison} Vouliez-vous dire {seule.numero_finess}, {seule.nom} à {seule.lieu} ?",
            suggestion=seule.numero_finess or "",
        )
    if voisines:
        return Reponse(message=f"{raison} Est-ce l'un de ces établissements ?", etablissements=tuple(voisines))
    if not est_bien_forme(numero):
        return Reponse(message=raison)
    return Reponse(message=f"{raison} Vérifiez chacun de ses chiffres.")


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


# Ce qu'un compte rendu d'import distingue.
NATURES = [
    ("entrees", "Entrées au registre"),
    ("modifications", "Modifications"),
    ("fermetures", "Fermetures"),
    ("disparitions", "Disparitions"),
    ("retours", "Retours"),
]
_D_UNE_NATURE = {
    "entrees": Q(champ=ENTREE),
    "modifications": ~Q(champ__in=[ENTREE, ETAT]),
    "fermetures": Q(champ=ETAT, apres=EtatStructure.FERME),
    "disparitions": Q(champ=ETAT, apres=EtatStructure.ABSENT),
    "retours": Q(champ=ETAT, apres=EtatStructure.OUVERT),
}


def changements(
    importation: ImportFiness,
    employees: Collection[int],
    *,
    nature: str = "",
    departement: Departement | None = None,
    avec_comptes: bool = False,
) -> QuerySet[Changement]:
    """Ce que l'import a changé ; d'abord les structures `employees`, où quelqu'un est habilité."""
    tous = importation.changements.select_related("structure__departement")
    tous = tous.annotate(employee=Case(When(structure__in=employees, then=True), default=False))
    if nature:
        tous = tous.filter(_D_UNE_NATURE[nature])
    if departement:
        tous = tous.filter(structure__departement=departement)
    if avec_comptes:
        tous = tous.filter(employee=True)
    return tous.order_by("-employee", "structure__nom", "structure", "pk")
