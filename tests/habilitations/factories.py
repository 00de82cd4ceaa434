import factory

from habilitations.models import Application, Habilitation, Profil
from tests.accounts.factories import UtilisateurFactory
from tests.structures.factories import StructureFactory


class ApplicationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Application
        django_get_or_create = ("code",)

    code = "camsp-cmpp"
    nom = "CAMSP / CMPP"
    description = "Plateforme de dépôt des rapports d'activités CAMSP/CMPP"
    adresse = "/camsp-cmpp/"


class ProfilFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Profil
        django_get_or_create = ("application", "code")

    application = factory.SubFactory(ApplicationFactory)
    code = "gestionnaire"
    nom = "Gestionnaire CAMSP CMPP"


class HabilitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Habilitation

    titulaire = factory.SubFactory(UtilisateurFactory)
    profil = factory.SubFactory(ProfilFactory)
    structure = factory.SubFactory(StructureFactory)
