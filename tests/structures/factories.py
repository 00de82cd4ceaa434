import factory

from structures.enums import ESMS
from structures.models import Categorie, Structure, TypeStructure


class TypeStructureFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = TypeStructure
        django_get_or_create = ("code",)

    code = ESMS
    libelle = "Établissements et Services médico Sociaux"
    par_finess = True


class CategorieFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Categorie
        django_get_or_create = ("code",)

    code = "190"
    libelle = "Centre Action Médico-Sociale Précoce (C.A.M.S.P.)"
    libelle_court = "C.A.M.S.P."
    type = factory.SubFactory(TypeStructureFactory)


class StructureFactory(factory.django.DjangoModelFactory):
    """Un CAMSP inventé."""

    class Meta:
        model = Structure

    type = factory.SubFactory(TypeStructureFactory)
    categorie = factory.SubFactory(CategorieFactory)
    nom = factory.Sequence(lambda n: f"CAMSP EXEMPLE {n}")
    numero_finess = factory.Sequence(lambda n: f"99{n:07d}")
    commune = "PARIS"
    code_postal = "75012"
