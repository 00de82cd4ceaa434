from datetime import timedelta

import factory
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from depot.enums import AGENT, DEPOSANT, ECARTES, EtatDocument, NatureDocument, TypeDocument
from depot.models import Campagne, DepotAConfirmer, Document, Publication
from depot.services.campagnes import TOUT_ATTENDRE
from tests.accounts.factories import UtilisateurFactory
from tests.habilitations.factories import HabilitationFactory, ProfilFactory
from tests.structures.factories import StructureFactory


class CampagneFactory(factory.django.DjangoModelFactory):
    """Une campagne ouverte aujourd'hui."""

    class Meta:
        model = Campagne
        django_get_or_create = ("annee",)
        skip_postgeneration_save = True

    annee = 2026
    ouverte_le = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=10))
    echeance_le = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=10))

    @factory.post_generation
    def attend(self, create, attentes, **kwargs):
        """Les deux rapports, de tous, si l'on ne dit rien."""
        if self.pieces.exists():
            return
        for (categorie, nature), exigence in (TOUT_ATTENDRE if attentes is None else attentes).items():
            self.pieces.create(categorie=categorie, nature=nature, exigence=exigence)


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
    analyse_le = factory.LazyAttribute(lambda o: timezone.now() if o.etat in {EtatDocument.PUBLIE, *ECARTES} else None)
    constat = factory.LazyAttribute(lambda o: "Eicar-Test-Signature" if o.etat in ECARTES else "")
    bail_jusqu_au = factory.LazyAttribute(
        lambda o: timezone.now() + timedelta(minutes=5) if o.etat == EtatDocument.EN_ANALYSE else None
    )
    fichier = factory.LazyAttribute(
        lambda o: default_storage.save(Document.nouvel_emplacement(o.etat), ContentFile(b"%PDF"))
    )


def deposant(structure=None):
    """Une personne habilitée à déposer pour une structure."""
    profil = ProfilFactory(code=DEPOSANT, nom="Gestionnaire CAMSP CMPP")
    return HabilitationFactory(profil=profil, structure=structure or StructureFactory()).titulaire


def agent():
    return HabilitationFactory(profil=ProfilFactory(code=AGENT, nom="Agent CNSA"), structure=None).titulaire


class PublicationFactory(factory.django.DjangoModelFactory):
    """Un guide en ligne, pour tous."""

    class Meta:
        model = Publication

    titre = "Guide du dépôt"
    nom_fichier = "guide.pdf"
    type = TypeDocument.PDF
    taille = 4
    sha256 = "b" * 64
    fichier = factory.LazyFunction(lambda: default_storage.save(Publication.nouvel_emplacement(), ContentFile(b"%PDF")))


class DepotAConfirmerFactory(factory.django.DjangoModelFactory):
    """Un classeur dont un chiffre surprend."""

    class Meta:
        model = DepotAConfirmer

    campagne = factory.SubFactory(CampagneFactory)
    structure = factory.SubFactory(StructureFactory)
    deposant = factory.SubFactory(UtilisateurFactory)
    nature = NatureDocument.QUANTITATIF
    nom_fichier = "rapport.xlsx"
    taille = 4
    sha256 = "c" * 64
    avertissements = factory.LazyFunction(
        lambda: [
            {
                "genre": "ecart",
                "code": "file_active.total",
                "libelle": "Enfants suivis",
                "constat": "412 l'an passé, 165 cette année (\u221260\u00a0%)",
            }
        ]
    )
    fichier = factory.LazyFunction(
        lambda: default_storage.save(DepotAConfirmer.nouvel_emplacement(), ContentFile(b"PK"))
    )
