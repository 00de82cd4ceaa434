"""Applications, profils, demandes, habilitations et portefeuilles."""

from habilitations.models.acceptation import RegleAcceptation, Verification
from habilitations.models.applications import Application, Profil
from habilitations.models.choix import ChoixDeFile
from habilitations.models.complements import Complement, NotePrivee
from habilitations.models.demandes import Demande, DemandeQuerySet, StructureDemandee
from habilitations.models.droits import Habilitation, HabilitationQuerySet
from habilitations.models.etendues import Etendue, Secteur
from habilitations.models.motifs import ModeleMotif, ModeleMotifQuerySet
from habilitations.models.portefeuilles import (
    Portefeuille,
    PortefeuilleQuerySet,
    Suppleance,
    confiees_a,
    droits_confies_a,
)
from habilitations.models.preferences import PreferencesDeGestion
from habilitations.models.revues import LigneDeRevue, LigneDeRevueQuerySet, Revue

__all__ = [
    "Application",
    "ChoixDeFile",
    "Complement",
    "Demande",
    "DemandeQuerySet",
    "Etendue",
    "Habilitation",
    "HabilitationQuerySet",
    "LigneDeRevue",
    "LigneDeRevueQuerySet",
    "ModeleMotif",
    "ModeleMotifQuerySet",
    "NotePrivee",
    "Portefeuille",
    "PortefeuilleQuerySet",
    "PreferencesDeGestion",
    "Profil",
    "RegleAcceptation",
    "Revue",
    "Secteur",
    "StructureDemandee",
    "Suppleance",
    "Verification",
    "confiees_a",
    "droits_confies_a",
]
