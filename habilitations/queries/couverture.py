"""Ce que personne ne couvre : les demandes qui attendent sans gestionnaire, et celles que nul ne pourrait décider."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Prefetch, Q

from accounts.models import Utilisateur
from habilitations.enums import NombreStructures
from habilitations.models import Demande, DemandeQuerySet, Portefeuille, Profil, Secteur
from habilitations.queries.demandes import lues
from habilitations.queries.portefeuilles import gestionnaires_actifs, gestionnaires_nationaux
from structures.models import Departement, Structure, TypeStructure

# Un type de structure, un département (ou aucun, inconnu).
SecteurLu = tuple[str, str | None]
# La page n'en détaille pas davantage ; elle dit combien il y en a.
LIGNES = 100


@dataclass(frozen=True)
class NonCouverte:
    demande: Demande
    raison: str


@dataclass(frozen=True)
class Manque:
    """Des demandes que nul ne pourrait décider : ce profil, pour ces types de structure, en ces lieux."""

    profil: Profil
    types: str
    lieux: str


@dataclass(frozen=True)
class Couverture:
    nombre: int
    demandes: Sequence[NonCouverte]
    manques: Sequence[Manque]


def voit_la_couverture(personne: Utilisateur) -> bool:
    return gestionnaires_nationaux().filter(pk=personne.pk).exists()


def nombre_sans_gestionnaire() -> int:
    return _sans_gestionnaire(_tenus()).count()


def couverture() -> Couverture:
    tenus = _tenus()
    demandes = _sans_gestionnaire(tenus)
    return Couverture(
        nombre=demandes.count(),
        demandes=[
            NonCouverte(demande, _raison(demande, tenus))
            for demande in lues(demandes).order_by("soumise_le", "pk")[:LIGNES]
        ],
        manques=_manques(tenus),
    )


def _tenus() -> list[Portefeuille]:
    """Portefeuilles qu'au moins une personne gestionnaire active tient ; elle ou elles dans `tenants`."""
    actifs = Prefetch("gestionnaires", queryset=gestionnaires_actifs(), to_attr="tenants")
    return [une for une in Portefeuille.objects.avec_perimetre().prefetch_related(actifs) if une.tenants]  # type: ignore[no-redef]


def _sans_gestionnaire(tenus: Sequence[Portefeuille]) -> DemandeQuerySet:
    couvertes, etendues = Q(pk__in=[]), _secteurs_par_etendue()
    for portefeuille in tenus:
        perimetre = portefeuille.profils_confies()
        if not portefeuille.sans_limite:
            admises = [
                numero for numero, secteurs in etendues.items() if all(portefeuille.admet(*un) for un in secteurs)
            ]
            perimetre &= Q(etendue__in=admises)
        if len(portefeuille.tenants) == 1:
            # Nul ne décide pour soi : seule à tenir le portefeuille, la personne n'y couvre pas sa demande.
            perimetre &= ~Q(demandeur=portefeuille.tenants[0])
        couvertes |= perimetre
    attendent = Demande.objects.non_decidees()
    return attendent.exclude(pk__in=attendent.filter(couvertes).order_by().values("pk"))


SEUL_SON_AUTEUR = "Seule la personne qui l'a faite en déciderait."


def _raison(demande: Demande, tenus: Sequence[Portefeuille]) -> str:
    du_profil = [portefeuille for portefeuille in tenus if portefeuille.comprend(demande.profil)]
    if not du_profil:
        return "Aucun portefeuille tenu ne comprend ce profil."
    if structures := list(demande.structures.all()):
        return _raison_des_structures(structures, du_profil)
    if any(portefeuille.sans_limite for portefeuille in du_profil):
        return SEUL_SON_AUTEUR
    return "Demande sans structure : elle revient à un portefeuille sans limite de lieu ni de type."


def _raison_des_structures(structures: Sequence[Structure], portefeuilles: Sequence[Portefeuille]) -> str:
    for structure in structures:
        if not any(_admet(portefeuille, structure) for portefeuille in portefeuilles):
            if structure.departement is None:
                return f"Le département de {structure} n'est pas connu."
            return f"Aucun portefeuille tenu ne comprend {_lieu(structure)} pour ce profil et ce type de structure."
    if any(all(_admet(portefeuille, structure) for structure in structures) for portefeuille in portefeuilles):
        return SEUL_SON_AUTEUR
    lieux = sorted({_lieu(structure) for structure in structures})
    return f"À cheval sur {' et '.join(lieux)} : aucun portefeuille ne les couvre ensemble."


def _secteurs_par_etendue() -> dict[int, set[SecteurLu]]:
    """Toutes les étendues d'un coup, pour que la page ne coûte pas une requête par portefeuille."""
    secteurs: dict[int, set[SecteurLu]] = {}
    for etendue, type_, departement in Secteur.objects.values_list("etendue", "type", "departement"):
        secteurs.setdefault(etendue, set()).add((type_, departement))
    return secteurs


def _admet(portefeuille: Portefeuille, structure: Structure) -> bool:
    return portefeuille.admet(structure.type_id, structure.departement_id)


def _lieu(structure: Structure) -> str:
    return str(structure.departement) if structure.departement else str(structure)


def _manques(tenus: Sequence[Portefeuille]) -> list[Manque]:
    """Profil par profil, les lieux où aucun portefeuille tenu ne couvre un type de structure qu'il accepte."""
    departements = list(Departement.objects.select_related("region"))
    tous = frozenset(departement.pk for departement in departements)
    profils = (
        Profil.objects.filter(ouvert=True, application__ouverte=True)
        .select_related("application")
        .prefetch_related("types_structure")
        .order_by("application__ordre", "application__nom", "ordre", "nom")
    )
    manques = []
    for profil in profils:
        siens = [portefeuille for portefeuille in tenus if portefeuille.comprend(profil)]
        if profil.nombre_structures == NombreStructures.AUCUNE:
            if not any(portefeuille.sans_limite for portefeuille in siens):
                manques.append(Manque(profil, "sans structure", "toute la France"))
            continue
        par_lieux: dict[frozenset[str], list[TypeStructure]] = {}
        for type_ in profil.types_structure.all():
            if decouverts := tous - _couverts(siens, type_, tous):
                par_lieux.setdefault(decouverts, []).append(type_)
        manques += [
            Manque(profil, ", ".join(str(type_) for type_ in types), dire_les_lieux(lieux, departements))
            for lieux, types in par_lieux.items()
        ]
    return manques


def _couverts(portefeuilles: Sequence[Portefeuille], type_: TypeStructure, tous: frozenset[str]) -> frozenset[str]:
    couverts: frozenset[str] = frozenset()
    for portefeuille in portefeuilles:
        codes, types = portefeuille.codes_departements, portefeuille.codes_types
        if types is None or type_.pk in types:
            couverts |= tous if codes is None else codes
    return couverts


def dire_les_lieux(codes: frozenset[str], departements: Sequence[Departement]) -> str:
    """« toute la France », sinon les régions entières puis les départements qui restent."""
    if codes >= {departement.pk for departement in departements}:
        return "toute la France"
    par_region: dict[str, list[Departement]] = {}
    for departement in departements:
        par_region.setdefault(departement.region.nom, []).append(departement)
    entieres = [nom for nom, siens in sorted(par_region.items()) if all(un.pk in codes for un in siens)]
    reste = [str(un) for nom, siens in par_region.items() if nom not in entieres for un in siens if un.pk in codes]
    return ", ".join(entieres + sorted(reste))
