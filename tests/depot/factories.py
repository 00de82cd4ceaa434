from datetime import timedelta

import factory
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from depot.enums import AGENT, DEPOSANT, EtatDocument, NatureDocument, TypeDocument
from depot.models import Campagne, Document
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import HabilitationFactory, ProfilFactory
from tests.structures.factories import StructureFactory


class CampagneFactory(factory.django.DjangoModelFactory):
    """Une campagne ouverte aujourd'hui."""

    class Meta:
        model = Campagne
        django_get_or_create = ("annee",)

    annee = 2026
    ouverte_le = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=10))
    close_le = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=10))


class DocumentFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Document

    campagne = factory.SubFactory(CampagneFactory)
    structure = factory.SubFactory(StructureFactory)
    deposant = factory.SubFactory(UtilisateurFactory)
    reference = factory.LazyAttribute(lambda o: Document.nouvelle_reference(o.campagne.annee))
    nature = NatureDocument.QUALITATIF
    version = 1
    nom_fichier = "rapport été.pdf"
    type = TypeDocument.PDF
    taille = 4
    sha256 = "a" * 64
    etat = EtatDocument.PUBLIE
    fichier = factory.LazyAttribute(
        lambda o: default_storage.save(Document.nouvel_emplacement(o.etat), ContentFile(b"%PDF"))
    )


def deposant(structure=None):
    """Une personne habilitée à déposer pour une structure."""
    profil = ProfilFactory(code=DEPOSANT, nom="Gestionnaire CAMSP CMPP")
    return HabilitationFactory(profil=profil, structure=structure or StructureFactory()).titulaire


def agent():
    return HabilitationFactory(profil=ProfilFactory(code=AGENT, nom="Agent CNSA"), structure=None).titulaire
