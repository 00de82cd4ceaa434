"""États et transitions des demandes et des habilitations."""

from django.db.models import TextChoices


class EtatDemande(TextChoices):
    BROUILLON = "brouillon", "Brouillon"
    A_CONFIRMER = "a_confirmer", "En attente de confirmation"
    EN_ATTENTE = "en_attente", "En attente"
    ACCEPTEE = "acceptee", "Acceptée"
    REFUSEE = "refusee", "Refusée"
    ANNULEE = "annulee", "Annulée"


# Une demande est décidée une fois : les trois derniers états n'ont pas de suite.
TRANSITIONS: dict[EtatDemande, frozenset[EtatDemande]] = {
    EtatDemande.BROUILLON: frozenset({EtatDemande.A_CONFIRMER, EtatDemande.EN_ATTENTE, EtatDemande.ANNULEE}),
    # Retenue jusqu'à la confirmation de l'adresse ; rendue à l'état de brouillon si elle ne peut plus partir.
    EtatDemande.A_CONFIRMER: frozenset({EtatDemande.EN_ATTENTE, EtatDemande.BROUILLON, EtatDemande.ANNULEE}),
    EtatDemande.EN_ATTENTE: frozenset({EtatDemande.ACCEPTEE, EtatDemande.REFUSEE, EtatDemande.ANNULEE}),
    EtatDemande.ACCEPTEE: frozenset(),
    EtatDemande.REFUSEE: frozenset(),
    EtatDemande.ANNULEE: frozenset(),
}
# Ce qui n'est pas fini, et se retire quand la personne part.
A_RETIRER = (EtatDemande.BROUILLON, EtatDemande.A_CONFIRMER, EtatDemande.EN_ATTENTE)
DECIDEES = (EtatDemande.ACCEPTEE, EtatDemande.REFUSEE)
# États où la demande n'est peut-être jamais partie ; dans les autres elle a une date d'envoi, et un auteur.
ENVOI_FACULTATIF = (EtatDemande.BROUILLON, EtatDemande.A_CONFIRMER, EtatDemande.ANNULEE)


class TypeDemande(TextChoices):
    AJOUT_PROFIL = "ajout_profil", "Ajout de profil"
    AJOUT_STRUCTURES = "ajout_structures", "Ajout de structures"
    CREATION_COMPTE = "creation_compte", "Création de compte"


class EtatHabilitation(TextChoices):
    ACTIVE = "active", "Active"
    RENONCEE = "renoncee", "Abandonnée"
    REVOQUEE = "revoquee", "Révoquée"
    EXPIREE = "expiree", "Échue"


TRANSITIONS_HABILITATION: dict[EtatHabilitation, frozenset[EtatHabilitation]] = {
    EtatHabilitation.ACTIVE: frozenset(
        {EtatHabilitation.RENONCEE, EtatHabilitation.REVOQUEE, EtatHabilitation.EXPIREE}
    ),
    EtatHabilitation.RENONCEE: frozenset(),
    EtatHabilitation.REVOQUEE: frozenset(),
    EtatHabilitation.EXPIREE: frozenset(),
}


class NombreStructures(TextChoices):
    """Combien de structures un profil attend."""

    AUCUNE = "aucune", "aucune"
    UNE = "une", "une seule"
    PLUSIEURS = "plusieurs", "une ou plusieurs"


# Application dont les profils font les gestionnaires.
ADMINISTRATION = "administration"


class RaisonAbsence(TextChoices):
    """Pourquoi une application n'est pas ouverte à une personne ; les valeurs sont celles des états qui la ferment."""

    JAMAIS = "jamais", "jamais demandée"
    BROUILLON = "brouillon", "demande commencée"
    EN_ATTENTE = "en_attente", "demande en attente"
    REFUSEE = "refusee", "demande refusée"
    EXPIREE = "expiree", "habilitation échue"
    REVOQUEE = "revoquee", "habilitation révoquée"
    RENONCEE = "renoncee", "habilitation abandonnée"


# Ce que la chronologie d'une demande raconte des gestes consignés au journal.
GESTES = {
    "demande.commencee": "Demande commencée",
    "demande.retenue": "Demande prête, en attente de la confirmation de l'adresse",
    "demande.rendue": "Demande rendue à la personne, qui doit la corriger",
    "demande.soumise": "Demande envoyée",
    "demande.annulee": "Demande retirée",
    "demande.acceptee": "Demande acceptée",
    "demande.refusee": "Demande refusée",
}
