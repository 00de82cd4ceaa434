"""Peupler le portail de démonstration, par les gestes mêmes des personnes qui s'en servent."""

import unicodedata
from dataclasses import dataclass
from datetime import date, timedelta

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
from habilitations.enums import ADMINISTRATION, SansReponse
from habilitations.models import Application, Demande, Habilitation, Portefeuille, Profil
from habilitations.services import (
    accepter,
    ajouter_structure,
    avertir_des_fins,
    confirmer_dans_la_revue,
    creer_brouillon,
    ouvrir_revue,
    refuser,
    soumettre,
)
from habilitations.services.gestionnaires import nommer_gestionnaire
from structures.enums import EtatStructure
from structures.models import Region, Structure
from structures.services import designer_successeur, importer_finess

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
        sans_accent = unicodedata.normalize("NFKD", f"{self.prenom}.{self.nom}").encode("ascii", "ignore").decode()
        return f"{sans_accent}@{self.domaine}".lower()


PROFESSIONNELLE = Compte("professionnelle", "Camille", "Moreau", "camsp-janine-levy.example")
GESTIONNAIRE = Compte("gestionnaire", "Dominique", "Lefort", "organisme.example")
AGENT = Compte("agent", "Alex", "Marchand", "organisme.example")
SUPPORT = Compte("support", "Sacha", "Perrin", "organisme.example")
COLLEGUE = Compte("gestionnaire du Sud-Est, qui peut suppléer", "Sol", "Garnier", "organisme.example")
COMPTES = [PROFESSIONNELLE, GESTIONNAIRE, AGENT, SUPPORT, COLLEGUE]

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
# L'établissement qui ferme, et celui qui reprend son activité : leurs rangs.
FERME, SUCCESSEUR = 15, 14
# La région d'un portefeuille limité.
SUD_EST = "93"


def est_peuple() -> bool:
    return Utilisateur.objects.filter(identifiant=PROFESSIONNELLE.identifiant).exists()


@transaction.atomic
def peupler() -> None:
    """Crée comptes, droits, demandes et un dépôt. Les données de référence doivent être chargées avant."""
    if not Structure.objects.filter(numero_finess__isnull=False).exists():
        importer_finess(chemin=EXTRAIT_FINESS, acteur=None)
    professionnelle, gestionnaire, agent, support, collegue = (_inscrire(compte) for compte in COMPTES)
    support.is_staff = support.is_superuser = True
    support.save(update_fields=["is_staff", "is_superuser"])
    nommer_gestionnaire(personne=gestionnaire, acteur=support)
    _nommer_une_collegue(collegue, gestionnaire)
    # Leurs pages demandent deux étapes : leur code se lit avec les courriels de démonstration.
    for personne in (gestionnaire, support, collegue):
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
    _fermer_un_etablissement(depot, lieux[FERME], lieux[SUCCESSEUR], gestionnaire)
    _ouvrir_une_revue(gestionnaire)
    _approcher_une_fin(professionnelle, lieux[1])
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


def _nommer_une_collegue(collegue: Utilisateur, gestionnaire: Utilisateur) -> None:
    """Sa demande passe par le portail, comme celle de toute personne qui vient après la première."""
    profil = Profil.objects.get(application__code=ADMINISTRATION, code="gestionnaire")
    accepter(demande=_demander(collegue, profil), acteur=gestionnaire)
    region = Region.objects.get(code=SUD_EST)
    portefeuille = Portefeuille.objects.create(nom=f"CAMSP / CMPP, {region.nom}")
    portefeuille.gestionnaires.add(collegue)
    portefeuille.applications.add(Application.objects.get(code="camsp-cmpp"))
    portefeuille.regions.add(region)


def _fermer_un_etablissement(
    profil: Profil, ferme: Structure, successeur: Structure, gestionnaire: Utilisateur
) -> None:
    """Le registre le dit fermé depuis hier ; qui y était habilité l'est encore, et attend d'être transféré."""
    titulaire = _inscrire(Compte("", "Morgan", "Fabre", f"structure-{ferme.numero_finess}.example"))
    accepter(demande=_demander(titulaire, profil, ferme), acteur=gestionnaire)
    ferme.etat, ferme.fermee_le = EtatStructure.FERME, timezone.localdate() - timedelta(days=1)
    ferme.save(update_fields=["etat", "fermee_le"])
    designer_successeur(structure=ferme, successeur=successeur, acteur=None)


def _ouvrir_une_revue(gestionnaire: Utilisateur) -> None:
    """La revue annuelle des référents départementaux, dont une habilitation est déjà confirmée."""
    profil = Profil.objects.get(application__code="apa-pch", code="referent")
    departements = Structure.objects.ouvertes().filter(type__in=profil.types_structure.all()).order_by("nom")
    for (prenom, nom), departement in zip([("Dany", "Rousset"), ("Noor", "Chevalier")], departements, strict=False):
        referent = _inscrire(Compte("", prenom, nom, "departement.example"))
        accepter(demande=_demander(referent, profil, departement), acteur=gestionnaire)
    revue = ouvrir_revue(
        application=profil.application,
        profil=None,
        echeance_le=timezone.localdate() + timedelta(weeks=3),
        sans_reponse=SansReponse.RIEN,
        acteur=gestionnaire,
    )
    confirmer_dans_la_revue(ligne=revue.lignes.order_by("pk")[0], acteur=gestionnaire)


def _approcher_une_fin(personne: Utilisateur, structure: Structure) -> None:
    """Une habilitation finit dans six semaines : l'avis est parti, le renouvellement s'offre."""
    fin = timezone.localdate() + timedelta(weeks=6)
    Habilitation.objects.filter(titulaire=personne, structure=structure).update(fin_le=fin)
    avertir_des_fins()


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
