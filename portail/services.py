"""Peupler le portail de démonstration, par les gestes mêmes des personnes qui s'en servent."""

from dataclasses import dataclass
from datetime import date

from django.conf import settings
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils import timezone

from accounts.jetons import Usage, creer
from accounts.models import Utilisateur
from accounts.services import Identite, confirmer, enroler_courriel, inscrire
from depot.classeur.exemples import CAMSP, CMPP, composer, remplir
from depot.enums import CategorieDeposante, NatureDocument
from depot.models import Campagne, Document
from depot.services import (
    Calendrier,
    Destination,
    Envoi,
    analyser_en_attente,
    deposer,
    modifier_campagne,
    ouvrir_campagne,
    publier,
)
from habilitations.models import Demande, Profil
from habilitations.services import accepter, ajouter_structure, creer_brouillon, refuser, soumettre
from habilitations.services.gestionnaires import nommer_gestionnaire
from structures.models import Structure
from structures.services import importer_finess

EXTRAIT_FINESS = settings.RACINE / "fixtures" / "structures" / "extrait_finess.csv"
MODELES = {CategorieDeposante.CAMSP: CAMSP, CategorieDeposante.CMPP: CMPP}
CONSIGNES = (
    "Partez du modèle de votre catégorie, remplissez-le sans déplacer de case, puis déposez-le avec votre rapport "
    "qualitatif."
)
MOT_DE_PASSE = "Tulipes-Bleues-27"


@dataclass(frozen=True)
class Compte:
    """Un compte de démonstration : une personne inventée, et ce qu'on peut faire sous son nom."""

    role: str
    prenom: str
    nom: str
    domaine: str

    @property
    def identifiant(self) -> str:
        return f"{self.prenom[0]}{self.nom}".lower()

    @property
    def courriel(self) -> str:
        return f"{self.prenom}.{self.nom}@{self.domaine}".lower()


PROFESSIONNELLE = Compte("professionnelle", "Camille", "Moreau", "camsp-janine-levy.example")
GESTIONNAIRE = Compte("gestionnaire", "Dominique", "Lefort", "organisme.example")
AGENT = Compte("agent", "Alex", "Marchand", "organisme.example")
SUPPORT = Compte("support", "Sacha", "Perrin", "organisme.example")
COMPTES = [PROFESSIONNELLE, GESTIONNAIRE, AGENT, SUPPORT]

# Des personnes inventées : prénom, nom, rang de leur structure, message. Les deux premières demandes sont acceptées, la
# troisième refusée, les autres attendent dans la file.
DEMANDEURS = [
    ("Lou", "Tessier", 3, "Je remplace la directrice depuis septembre."),
    ("Sam", "Lenoir", 11, ""),
    ("Noa", "Baptiste", 4, ""),
    ("Maé", "Castel", 5, "Je suis secrétaire du CMPP et je dépose le rapport chaque année."),
    ("Eden", "Roussel", 6, ""),
    ("Sasha", "Delmas", 7, "Merci de traiter ma demande avant la fin de la campagne."),
    ("Charlie", "Vasseur", 8, ""),
    ("Ange", "Pelletier", 9, "Arrivée dans l'établissement le mois dernier."),
    ("Claude", "Aubert", 10, ""),
]


def est_peuple() -> bool:
    return Utilisateur.objects.filter(identifiant=PROFESSIONNELLE.identifiant).exists()


@transaction.atomic
def peupler() -> None:
    """Crée comptes, droits, demandes et un dépôt. Les données de référence doivent être chargées avant."""
    if not Structure.objects.filter(numero_finess__isnull=False).exists():
        importer_finess(chemin=EXTRAIT_FINESS, acteur=None)
    professionnelle, gestionnaire, agent, support = (_inscrire(compte) for compte in COMPTES)
    support.is_staff = support.is_superuser = True
    support.save(update_fields=["is_staff", "is_superuser"])
    nommer_gestionnaire(personne=gestionnaire, acteur=support)
    # Leurs pages demandent deux étapes : leur code se lit avec les courriels de démonstration.
    for personne in (gestionnaire, support):
        enroler_courriel(personne=personne, acteur=None)

    depot = Profil.objects.get(application__code="camsp-cmpp", code="gestionnaire")
    lieux = list(Structure.objects.ouvertes().filter(categorie__in=depot.categories.all()).order_by("numero_finess"))
    # Le CAMSP de Paris reste libre : c'est celui du parcours que le guide décrit.
    lieux = [lieu for lieu in lieux if lieu.numero_finess != "750790073"]
    accepter(demande=_demander(professionnelle, depot, *lieux[:2]), acteur=gestionnaire)
    accepter(
        demande=_demander(agent, Profil.objects.get(application=depot.application, code="agent")), acteur=gestionnaire
    )
    _remplir_la_file(depot, lieux, gestionnaire)
    _campagnes(agent, professionnelle, lieux[0])
    analyser_en_attente()


def _inscrire(compte: Compte) -> Utilisateur:
    inscrire(
        acteur=None,
        identite=Identite(prenom=compte.prenom, nom=compte.nom),
        courriel=compte.courriel,
        mot_de_passe=MOT_DE_PASSE,
    )
    personne = Utilisateur.objects.get(courriel=compte.courriel)
    confirmer(acteur=personne, jeton=creer(personne, Usage.CONFIRMATION))
    personne.refresh_from_db()
    return personne


def _demander(personne: Utilisateur, profil: Profil, *structures: Structure, message: str = "") -> Demande:
    demande = creer_brouillon(profil=profil, acteur=personne)
    for structure in structures:
        ajouter_structure(demande=demande, structure=structure, acteur=personne)
    return soumettre(demande=demande, message=message, acteur=personne)


def _remplir_la_file(profil: Profil, lieux: list[Structure], gestionnaire: Utilisateur) -> None:
    demandes = [
        _demander(
            _inscrire(Compte("", prenom, nom, f"structure-{lieux[rang].numero_finess}.example")),
            profil,
            lieux[rang],
            message=message,
        )
        for prenom, nom, rang, message in DEMANDEURS
    ]
    for demande in demandes[:2]:
        accepter(demande=demande, acteur=gestionnaire)
    refuser(
        demande=demandes[2],
        motif="Votre adresse courriel ne permet pas de vous relier à cet établissement : "
        "refaites la demande depuis votre adresse professionnelle.",
        acteur=gestionnaire,
    )


def _campagnes(agent: Utilisateur, personne: Utilisateur, structure: Structure) -> None:
    """L'an passé, close, puis cette année : leurs modèles, et un rapport de la structure dans chacune."""
    if Campagne.objects.exists():
        return
    jour = timezone.localdate()
    passee = _ouvrir(jour.year - 1, Calendrier(jour, jour))
    ancien = _deposer(personne, structure, passee, part=1.1)
    calendrier = Calendrier(date(passee.annee, 1, 15), date(passee.annee, 4, 30), date(passee.annee, 5, 31))
    modifier_campagne(campagne=passee, calendrier=calendrier, acteur=agent)
    Document.objects.filter(pk=ancien.pk).update(depose_le=timezone.now().replace(passee.annee, 3, 18))
    _deposer(personne, structure, _ouvrir(jour.year, Calendrier(date(jour.year, 1, 1), date(jour.year, 12, 31))))


def _ouvrir(annee: int, calendrier: Calendrier) -> Campagne:
    campagne = ouvrir_campagne(annee=annee, calendrier=calendrier, acteur=None, consignes=CONSIGNES)
    for categorie, themes in MODELES.items():
        publier(
            titre=f"Rapport d'activité quantitatif des {categorie.label}",
            description="À remplir, à enregistrer, puis à déposer : chaque case est vérifiée.",
            destination=Destination(campagne, categorie, NatureDocument.QUANTITATIF),
            fichier=ContentFile(composer(themes, annee), name=f"modele-{categorie.label.lower()}-{annee}.xlsx"),
            acteur=None,
        )
    return campagne


def _deposer(personne: Utilisateur, structure: Structure, campagne: Campagne, part: float = 1.0) -> Document:
    themes = MODELES[CategorieDeposante(structure.categorie_id or "")]
    rapport = composer(themes, campagne.annee, remplir(themes, structure.nom, part))
    fichier = ContentFile(rapport, name=f"rapport-quantitatif-{campagne.annee}.xlsx")
    envoi = Envoi(campagne, structure, fichier, NatureDocument.QUANTITATIF, f"demo-{campagne.annee}")
    return deposer(envoi=envoi, acteur=personne)
