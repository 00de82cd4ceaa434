"""États et transitions des demandes et des habilitations."""

from django.db.models import IntegerChoices, TextChoices


class EtatDemande(TextChoices):
    BROUILLON = "brouillon", "Brouillon"
    A_CONFIRMER = "a_confirmer", "En attente de confirmation"
    EN_ATTENTE = "en_attente", "En attente"
    A_COMPLETER = "a_completer", "À compléter"
    ACCEPTEE = "acceptee", "Acceptée"
    REFUSEE = "refusee", "Refusée"
    ANNULEE = "annulee", "Annulée"


# Une demande est décidée une fois : le courriel de la décision parti, les trois derniers états n'ont pas de suite.
TRANSITIONS: dict[EtatDemande, frozenset[EtatDemande]] = {
    EtatDemande.BROUILLON: frozenset({EtatDemande.A_CONFIRMER, EtatDemande.EN_ATTENTE, EtatDemande.ANNULEE}),
    # Retenue jusqu'à la confirmation de l'adresse ; rendue à l'état de brouillon si elle ne peut plus partir.
    EtatDemande.A_CONFIRMER: frozenset({EtatDemande.EN_ATTENTE, EtatDemande.BROUILLON, EtatDemande.ANNULEE}),
    EtatDemande.EN_ATTENTE: frozenset(
        {EtatDemande.A_COMPLETER, EtatDemande.ACCEPTEE, EtatDemande.REFUSEE, EtatDemande.ANNULEE}
    ),
    # La personne répond, ou la question est retirée : rien ne se décide tant qu'une question est ouverte.
    EtatDemande.A_COMPLETER: frozenset({EtatDemande.EN_ATTENTE, EtatDemande.ANNULEE}),
    # La décision annulée tant que son courriel n'est pas parti.
    EtatDemande.ACCEPTEE: frozenset({EtatDemande.EN_ATTENTE}),
    EtatDemande.REFUSEE: frozenset({EtatDemande.EN_ATTENTE}),
    EtatDemande.ANNULEE: frozenset(),
}
# Ce qui n'est pas fini, et se retire quand la personne part.
A_RETIRER = (EtatDemande.BROUILLON, EtatDemande.A_CONFIRMER, EtatDemande.EN_ATTENTE, EtatDemande.A_COMPLETER)
# Pas encore partie : elle peut partir.
A_ENVOYER = (EtatDemande.BROUILLON, EtatDemande.A_CONFIRMER)
# Envoyées, et encore à décider : la personne en attend l'issue, et ne peut pas en faire une pareille.
NON_DECIDEES = (EtatDemande.EN_ATTENTE, EtatDemande.A_COMPLETER)
DECIDEES = (EtatDemande.ACCEPTEE, EtatDemande.REFUSEE)
# États où la demande n'est peut-être jamais partie ; dans les autres elle a une date d'envoi, et un auteur.
ENVOI_FACULTATIF = (EtatDemande.BROUILLON, EtatDemande.A_CONFIRMER, EtatDemande.ANNULEE)


class TypeDemande(TextChoices):
    AJOUT_PROFIL = "ajout_profil", "Ajout de profil"
    AJOUT_STRUCTURES = "ajout_structures", "Ajout de structures"
    RENOUVELLEMENT = "renouvellement", "Renouvellement"
    CREATION_COMPTE = "creation_compte", "Création de compte"


class EtatHabilitation(TextChoices):
    ACTIVE = "active", "Active"
    SUSPENDUE = "suspendue", "Suspendue"
    RENONCEE = "renoncee", "Abandonnée"
    REVOQUEE = "revoquee", "Révoquée"
    EXPIREE = "expiree", "Échue"
    TRANSFEREE = "transferee", "Transférée"
    # La décision qui l'avait ouverte est annulée.
    ANNULEE = "annulee", "Annulée"


# Pas closes : une personne n'en a qu'une par profil et structure. Seule l'active ouvre l'application.
TENUES = (EtatHabilitation.ACTIVE, EtatHabilitation.SUSPENDUE)
CLOSES = (
    EtatHabilitation.RENONCEE,
    EtatHabilitation.REVOQUEE,
    EtatHabilitation.EXPIREE,
    EtatHabilitation.TRANSFEREE,
    EtatHabilitation.ANNULEE,
)
# Ce qu'un renouvellement peut prolonger, ou rouvrir quand la fin est passée avant la décision.
A_RENOUVELER = (EtatHabilitation.ACTIVE, EtatHabilitation.EXPIREE)
TRANSITIONS_HABILITATION: dict[EtatHabilitation, frozenset[EtatHabilitation]] = {
    EtatHabilitation.ACTIVE: frozenset({EtatHabilitation.SUSPENDUE, *CLOSES}),
    EtatHabilitation.SUSPENDUE: frozenset({EtatHabilitation.ACTIVE, *CLOSES}),
    EtatHabilitation.RENONCEE: frozenset(),
    EtatHabilitation.REVOQUEE: frozenset(),
    EtatHabilitation.EXPIREE: frozenset(),
    EtatHabilitation.TRANSFEREE: frozenset(),
    EtatHabilitation.ANNULEE: frozenset(),
}


class Decision(TextChoices):
    """Ce qu'une personne gestionnaire peut faire d'une demande en attente."""

    ACCEPTER = "accepter", "Accepter"
    REFUSER = "refuser", "Refuser"
    COMPLETER = "completer", "Demander un complément"


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
    A_COMPLETER = "a_completer", "demande à compléter"
    REFUSEE = "refusee", "demande refusée"
    SUSPENDUE = "suspendue", "habilitation suspendue"
    EXPIREE = "expiree", "habilitation échue"
    REVOQUEE = "revoquee", "habilitation révoquée"
    RENONCEE = "renoncee", "habilitation abandonnée"
    TRANSFEREE = "transferee", "habilitation transférée"


class EtatRevue(TextChoices):
    OUVERTE = "ouverte", "Ouverte"
    CLOSE = "close", "Close"


class SansReponse(TextChoices):
    """Ce que deviennent, à la clôture d'une revue, les habilitations dont personne n'a rien dit."""

    RIEN = "rien", "Ne changent pas"
    EXPIRENT = "expirent", "Expirent"


class IssueDeRevue(TextChoices):
    A_REVOIR = "a_revoir", "À revoir"
    CONFIRMEE = "confirmee", "Confirmée"
    REVOQUEE = "revoquee", "Révoquée"
    SANS_OBJET = "sans_objet", "Sans objet"
    SANS_REPONSE = "sans_reponse", "Sans réponse"
    EXPIREE = "expiree", "Échue, faute de réponse"


class Avis(TextChoices):
    """Comment une personne gestionnaire apprend l'arrivée d'une demande."""

    CHAQUE_DEMANDE = "chaque", "Un courriel par demande"
    RECAPITULATIF = "recapitulatif", "Un récapitulatif chaque matin"


class EtatVerification(TextChoices):
    """Ce qu'une personne a dit d'une demande acceptée par une règle."""

    A_VERIFIER = "a_verifier", "À vérifier"
    CONFIRMEE = "confirmee", "Confirmée"
    REVOQUEE = "revoquee", "Révoquée"


class EtapeRappel(IntegerChoices):
    """Les rappels d'une demande qui tarde, dans leur ordre ; chacun ne part qu'une fois."""

    EN_CHARGE = 1, "à qui en est chargé"
    COLLEGUES = 2, "aux collègues"


# Ce que la chronologie d'une demande raconte des gestes consignés au journal.
GESTES = {
    "demande.commencee": "Demande commencée",
    "demande.remise": "Demande préparée par une personne qui quitte la structure",
    "demande.retenue": "Demande prête, en attente de la confirmation de l'adresse",
    "demande.rendue": "Demande rendue à la personne, qui doit la corriger",
    "demande.soumise": "Demande envoyée",
    "demande.a_completer": "Complément demandé",
    "demande.completee": "Complément apporté",
    "demande.complement_retire": "Question retirée",
    "demande.rappel_en_charge": "Rappel envoyé à la personne gestionnaire",
    "demande.rappel_collegues": "Rappel envoyé à ses collègues",
    "demande.annulee": "Demande retirée",
    "demande.acceptee": "Demande acceptée",
    "demande.refusee": "Demande refusée",
    "demande.a_verifier": "Acceptation automatique tirée au sort pour être vérifiée",
    "demande.verification_confirmee": "Acceptation automatique confirmée",
    "demande.verification_revoquee": "Acceptation automatique révoquée",
    "demande.decision_annulee": "Décision annulée",
}
# Ce que seuls les gestionnaires y lisent.
GESTES_INTERNES = {
    "demande.affectee": "Demande affectée à {a}",
    "demande.desaffectee": "Demande rendue à toutes les personnes gestionnaires",
}

# Et l'histoire d'une habilitation.
GESTES_HABILITATION = {
    "habilitation.ouverte": "Habilitation ouverte",
    "habilitation.prolongee": "Habilitation prolongée",
    "habilitation.avertie": "Personne avertie de la fin prochaine",
    "habilitation.suspendue": "Habilitation suspendue",
    "habilitation.reprise": "Habilitation reprise",
    "habilitation.confirmee": "Habilitation confirmée après revue",
    "habilitation.renoncee": "Habilitation rendue par la personne",
    "habilitation.revoquee": "Habilitation révoquée",
    "habilitation.expiree": "Habilitation échue",
    "habilitation.transferee": "Habilitation transférée",
    "habilitation.annulee": "Habilitation annulée avec la décision qui l'avait ouverte",
    "habilitation.deprolongee": "Prolongation annulée avec la décision qui l'avait accordée",
}
