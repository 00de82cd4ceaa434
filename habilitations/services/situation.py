"""Où porte une demande : son département et les secteurs de ses structures, pour que la file se lise vite."""

from django.db import transaction
from django.db.models import Exists, OuterRef, Value
from django.db.models.functions import Coalesce

from habilitations.models import Demande, Etendue, Secteur, StructureDemandee
from habilitations.services.verrous import relire_demande


def situer(demande: Demande) -> None:
    """Relit le département et l'étendue de la demande, que l'appelant enregistre.

    À rappeler dès que ses structures changent.
    """
    lieux = demande.structures.order_by("type", "departement").values_list("type", "departement").distinct()
    secteurs = [Secteur(type_id=type_, departement_id=departement) for type_, departement in lieux]
    departements = {secteur.departement_id for secteur in secteurs}
    demande.departement_id = departements.pop() if len(departements) == 1 else None
    demande.etendue = _etendue(secteurs) if secteurs else None


def _etendue(secteurs: list[Secteur]) -> Etendue:
    code = ",".join(sorted(map(str, secteurs)))
    etendue, nouvelle = Etendue.objects.get_or_create(code=code)
    if nouvelle:
        for secteur in secteurs:
            secteur.etendue = etendue
        Secteur.objects.bulk_create(secteurs)
    return etendue


def situer_de_nouveau() -> int:
    """Après un import, une structure a pu changer de département : rend le nombre de demandes qui l'ont suivie."""
    secteurs = Secteur.objects.alias(lieu=Coalesce("departement", Value("")))
    connus = secteurs.filter(
        etendue=OuterRef("demande__etendue"),
        type=OuterRef("structure__type"),
        lieu=Coalesce(OuterRef("structure__departement"), Value("")),
    )
    perdues = StructureDemandee.objects.filter(~Exists(connus), demande__soumise_le__isnull=False)
    demandes = list(Demande.objects.filter(pk__in=perdues.order_by().values("demande")))
    for demande in demandes:
        _resituer(demande)
    return len(demandes)


@transaction.atomic
def _resituer(demande: Demande) -> None:
    demande = relire_demande(demande)
    situer(demande)
    demande.save(update_fields=["etendue", "departement"])
