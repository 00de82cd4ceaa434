"""Où porte une demande : ce que la file lit à la place de ses structures."""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q

from structures.models import Departement, TypeStructure


class EtendueQuerySet(models.QuerySet["Etendue"]):
    def dans(self, departements: Collection[str] | None, types: Collection[str] | None = None) -> "EtendueQuerySet":
        """Étendues tout entières dans ces départements et de ces types (None : tous).

        Un secteur sans département n'est dans aucun.
        """
        dehors = Q(pk__in=[])
        if departements is not None:
            dehors |= ~Q(departement__in=departements)
        if types is not None:
            dehors |= ~Q(type__in=types)
        return self.filter(~Exists(Secteur.objects.filter(dehors, etendue=OuterRef("pk"))))

    def touchant(self, departements: "models.QuerySet[Departement, Any]") -> "EtendueQuerySet":
        """Étendues dont un secteur au moins est dans ces départements."""
        ici = Secteur.objects.filter(etendue=OuterRef("pk"), departement__in=departements)
        return self.filter(Exists(ici))


class Etendue(models.Model):
    """Un ensemble de secteurs, que partagent toutes les demandes qui portent sur ces secteurs et eux seuls."""

    # « esms:35,esms:75 » : ses secteurs, dans l'ordre.
    code = models.TextField(unique=True)

    objects = EtendueQuerySet.as_manager()

    def __str__(self) -> str:
        return self.code


class Secteur(models.Model):
    """Un type de structure dans un département, ou sans département connu."""

    etendue = models.ForeignKey(Etendue, models.CASCADE, related_name="secteurs")
    type = models.ForeignKey(TypeStructure, models.PROTECT, related_name="+")
    departement = models.ForeignKey(Departement, models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.type_id}:{self.departement_id or ''}"
