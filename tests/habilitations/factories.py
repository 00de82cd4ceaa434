import factory
from django.utils import timezone

from accounts.models import Utilisateur
from habilitations.enums import (
    ADMINISTRATION,
    DECIDEES,
    EtatDemande,
    EtatHabilitation,
    NombreStructures,
)
from habilitations.models import Application, Demande, Habilitation, Portefeuille, Profil, StructureDemandee
from structures.models import Departement, Region, Structure
from tests.accounts.factories import UtilisateurFactory
from tests.structures.factories import StructureFactory, TypeStructureFactory

PAS_PARTIE = (EtatDemande.BROUILLON, EtatDemande.A_CONFIRMER)


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


def profil_avec_structures(**champs: object) -> Profil:
    """Le profil « Gestionnaire CAMSP CMPP », qui accepte les ESMS."""
    profil = ProfilFactory(**champs)
    profil.types_structure.add(TypeStructureFactory())
    return profil


class HabilitationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Habilitation

    titulaire = factory.SubFactory(UtilisateurFactory)
    profil = factory.SubFactory(ProfilFactory)
    structure = factory.SubFactory(StructureFactory)
    etat = EtatHabilitation.ACTIVE
    close_le = factory.LazyAttribute(lambda droit: None if droit.etat == EtatHabilitation.ACTIVE else timezone.now())


class DemandeFactory(factory.django.DjangoModelFactory):
    """Une demande dans l'état voulu, avec ce que cet état exige."""

    class Meta:
        model = Demande
        skip_postgeneration_save = True

    demandeur = factory.SubFactory(UtilisateurFactory)
    profil = factory.LazyFunction(profil_avec_structures)
    etat = EtatDemande.EN_ATTENTE
    soumise_le = factory.LazyAttribute(lambda d: None if d.etat in PAS_PARTIE else timezone.now())
    decidee_le = factory.LazyAttribute(lambda d: timezone.now() if d.etat in DECIDEES else None)
    decideur = factory.LazyAttribute(lambda d: UtilisateurFactory() if d.etat in DECIDEES else None)
    motif = factory.LazyAttribute(lambda d: "Adresse inconnue." if d.etat == EtatDemande.REFUSEE else "")
    annulee_le = factory.LazyAttribute(lambda d: timezone.now() if d.etat == EtatDemande.ANNULEE else None)
    sans_structure = factory.LazyAttribute(lambda d: d.profil.nombre_structures == NombreStructures.AUCUNE)

    @factory.post_generation
    def pour(self, create, structures, **kwargs):
        """Structures demandées : un CAMSP inventé si l'on n'en dit pas et que le profil en attend."""
        if structures is None:
            structures = [] if self.sans_structure else [StructureFactory()]
        for structure in structures:
            StructureDemandee.objects.create(
                demande=self,
                structure=structure,
                demandeur=self.demandeur,
                profil=self.profil,
                en_attente=self.etat == EtatDemande.EN_ATTENTE,
            )


def profil_sans_structure() -> Profil:
    return ProfilFactory(code="agent", nom="Agent CNSA", nombre_structures=NombreStructures.AUCUNE)


def profil_de_gestion() -> Profil:
    administration = ApplicationFactory(code=ADMINISTRATION, nom="ADMINISTRATION", adresse="/gestion/demandes/")
    return ProfilFactory(application=administration, nom="Gestionnaire", nombre_structures=NombreStructures.AUCUNE)


def gestionnaire(**perimetre: list[object]) -> Utilisateur:
    """Une personne gestionnaire ; `perimetre` donne les champs de son portefeuille (aucun : toute l'application)."""
    personne = UtilisateurFactory()
    HabilitationFactory(titulaire=personne, profil=profil_de_gestion(), structure=None)
    portefeuille = Portefeuille.objects.create(nom=f"Portefeuille de {personne.identifiant}")
    portefeuille.gestionnaires.add(personne)
    if "applications" not in perimetre and "profils" not in perimetre:
        perimetre["applications"] = [ApplicationFactory()]
    for champ, valeurs in perimetre.items():
        getattr(portefeuille, champ).set(valeurs)
    return personne


def structure_a(departement: str, region: str = "11", **champs: object) -> Structure:
    Region.objects.get_or_create(code=region, defaults={"nom": f"Région {region}"})
    Departement.objects.get_or_create(
        code=departement, defaults={"nom": f"Département {departement}", "region_id": region}
    )
    return StructureFactory(departement_id=departement, **champs)
