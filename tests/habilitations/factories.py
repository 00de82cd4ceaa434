from datetime import timedelta

import factory
from django.utils import timezone

from accounts.models import Utilisateur
from courriels.models import Courriel
from habilitations.delais import jour_de, jours_ouvres
from habilitations.enums import (
    ADMINISTRATION,
    CLOSES,
    DECIDEES,
    NON_DECIDEES,
    EtatDemande,
    EtatHabilitation,
    NombreStructures,
)
from habilitations.models import Application, Complement, Demande, Habilitation, Portefeuille, Profil, StructureDemandee
from habilitations.services.situation import situer
from structures.models import Departement, Region, Structure
from tests.accounts.factories import UtilisateurFactory
from tests.structures.factories import StructureFactory, TypeStructureFactory

PAS_PARTIE = (EtatDemande.BROUILLON, EtatDemande.A_CONFIRMER)
MOTIVES = (EtatHabilitation.REVOQUEE, EtatHabilitation.SUSPENDUE)


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
    close_le = factory.LazyAttribute(lambda droit: timezone.now() if droit.etat in CLOSES else None)
    suspendue_le = factory.LazyAttribute(
        lambda droit: timezone.now() if droit.etat == EtatHabilitation.SUSPENDUE else None
    )
    motif = factory.LazyAttribute(lambda droit: "Départ de la structure." if droit.etat in MOTIVES else "")


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

    @classmethod
    def _create(cls, model_class, *args, **champs):
        """La question d'une demande à compléter ne s'écrit qu'après la demande, et avant que celle-ci la porte."""
        if champs.get("etat") != EtatDemande.A_COMPLETER:
            return super()._create(model_class, *args, **champs)
        demande = super()._create(model_class, *args, **champs | {"etat": EtatDemande.EN_ATTENTE})
        demande.etat, demande.complement_ouvert = EtatDemande.A_COMPLETER, ComplementFactory(demande=demande)
        demande.save()
        return demande

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
                en_attente=self.etat in NON_DECIDEES,
            )
        situer(self)
        if self.soumise_le:
            self.delai_depuis = jour_de(self.soumise_le)
            fin = self.decidee_le or self.annulee_le or (timezone.now() if self.complement_ouvert else None)
            if fin and self.delai_jours is None:
                self.delai_jours = jours_ouvres(self.soumise_le, fin, departement=self.departement_id)
        self.save(update_fields=["etendue", "departement", "delai_depuis", "delai_jours"])
        if self.complement_ouvert:
            self.complement_ouvert.structures.set(structures)


def courriel_retenu(demande: Demande) -> Courriel:
    """Le courriel d'une décision, pas encore parti : elle s'annule."""
    demande.courriel_de_decision = Courriel.objects.create(
        destinataire=demande.demandeur.courriel,
        modele="habilitations/courriels/demande_acceptee",
        sujet="Décision",
        texte="Décision",
        html="<p>Décision",
        prochain_essai_le=timezone.now() + timedelta(minutes=1),
    )
    demande.save()
    return demande.courriel_de_decision


class ComplementFactory(factory.django.DjangoModelFactory):
    """Une question ouverte ; `DemandeFactory(etat="a_completer")` en pose une à sa demande."""

    class Meta:
        model = Complement

    demande = factory.SubFactory(DemandeFactory)
    auteur = factory.SubFactory(UtilisateurFactory)
    questions = "Quel est votre lien avec cet établissement ?"


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
    return StructureFactory(**{"departement_id": departement} | champs)
