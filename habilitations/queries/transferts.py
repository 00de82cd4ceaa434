"""Le transfert d'un établissement fermé vers son successeur : ce qui passera, ce qui ne peut pas passer."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations.enums import NON_DECIDEES, EtatHabilitation
from habilitations.models import Demande, Habilitation, Portefeuille, confiees_a, droits_confies_a
from structures.enums import EtatStructure
from structures.models import Structure


@dataclass(frozen=True)
class Passage:
    """Une habilitation de l'établissement fermé. `obstacle` vide, elle passe, ou se ferme si elle est `deja_tenue`."""

    habilitation: Habilitation
    deja_tenue: bool
    obstacle: str = ""


@dataclass(frozen=True)
class Transfert:
    structure: Structure
    passages: Sequence[Passage]
    # Envoyées et non décidées : elles visent un établissement fermé, et restent à décider.
    demandes: Sequence[Demande]

    @property
    def successeur(self) -> Structure | None:
        return self.structure.successeur

    @property
    def est_possible(self) -> bool:
        """Tout ou rien : un seul obstacle arrête le transfert."""
        return bool(self.successeur and self.passages) and not any(passage.obstacle for passage in self.passages)


def structures_a_transferer(personne: Utilisateur) -> QuerySet[Structure]:
    """Établissements fermés ou absents où quelqu'un tient un droit de ses portefeuilles ; `droits` : combien.

    Ceux dont le successeur est connu d'abord.
    """
    tenus = droits_confies_a(personne).tenues().order_by()
    return (
        Structure.objects.exclude(etat=EtatStructure.OUVERT)
        .filter(pk__in=tenus.values("structure"))
        .select_related("departement", "successeur")
        .annotate(
            droits=Count("habilitations", filter=Q(habilitations__in=tenus.values("pk"))),
            sans_suite=ExpressionWrapper(Q(successeur=None), output_field=BooleanField()),
        )
        .order_by("sans_suite", "nom", "pk")
    )


def transfert(personne: Utilisateur, structure: Structure) -> Transfert:
    """Ce que ferait le transfert des droits de `structure` que les portefeuilles de la personne lui confient."""
    droits = list(
        droits_confies_a(personne)
        .tenues()
        .filter(structure=structure)
        .exclude(structure__etat=EtatStructure.OUVERT)
        .select_related("titulaire", "profil__application")
        .prefetch_related("profil__types_structure", "profil__categories")
        .order_by("titulaire__nom", "titulaire__prenom", "titulaire", "profil")
    )
    successeur = structure.successeur
    deja = set(
        Habilitation.objects.tenues()
        .filter(structure=successeur, titulaire__in=[droit.titulaire_id for droit in droits])
        .exclude(fin_le__lt=timezone.localdate())
        .values_list("titulaire", "profil")
        if successeur
        else ()
    )
    portefeuilles = list(Portefeuille.objects.de(personne))
    demandes = (
        confiees_a(personne)
        .filter(structures=structure, etat__in=NON_DECIDEES)
        .select_related("demandeur", "profil__application")
        .order_by("pk")
    )
    return Transfert(
        structure=structure,
        passages=[
            Passage(
                habilitation=droit,
                deja_tenue=(droit.titulaire_id, droit.profil_id) in deja,
                obstacle=_obstacle(droit, successeur, portefeuilles) if successeur else "",
            )
            for droit in droits
        ],
        demandes=list(demandes),
    )


def est_transferee(personne: Utilisateur, structure: Structure) -> bool:
    """Les droits que la personne y gérait ont déjà passé au successeur."""
    return droits_confies_a(personne).filter(structure=structure, etat=EtatHabilitation.TRANSFEREE).exists()


def _obstacle(droit: Habilitation, successeur: Structure, portefeuilles: Sequence[Portefeuille]) -> str:
    profil = droit.profil
    if successeur.etat != EtatStructure.OUVERT:
        return f"{successeur} n'est plus ouvert : le support doit en désigner un autre."
    if successeur.type_id not in {type_.pk for type_ in profil.types_structure.all()}:
        return f"Le profil « {profil.nom} » n'accepte pas le type de {successeur}."
    categories = {categorie.pk for categorie in profil.categories.all() if categorie.type_id == successeur.type_id}
    if categories and successeur.categorie_id not in categories:
        return f"Le profil « {profil.nom} » n'accepte pas la catégorie de {successeur} : révoquez d'abord ce droit."
    if not any(portefeuille.couvre(profil, successeur) for portefeuille in portefeuilles):
        return f"Aucun de vos portefeuilles ne couvre {successeur} pour ce profil."
    return ""
