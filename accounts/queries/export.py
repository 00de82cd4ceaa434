"""Ce que les comptes savent d'une personne, partie par partie, pour l'export de ses données."""

from collections.abc import Iterable

from accounts.enums import GenreFacteur
from accounts.models import FacteurMessage, Utilisateur
from accounts.prolongements import Ligne, Partie
from accounts.queries.facteurs import facteurs
from courriels.models import Courriel
from journal.models import Evenement


def identite_exportee(personne: Utilisateur) -> Iterable[Ligne]:
    yield {
        "identifiant": personne.identifiant,
        "prénom": personne.prenom,
        "nom": personne.nom,
        "adresse courriel": personne.courriel,
        "téléphone professionnel": personne.telephone_lisible,
        "structure d'appartenance": str(personne.structure or ""),
        "compte créé le": personne.cree_le,
        "adresse confirmée le": personne.confirme_le,
        "dernière connexion": personne.last_login,
        "conditions acceptées": personne.conditions_version,
        "conditions acceptées le": personne.conditions_acceptees_le,
    }


def changements_exportes(personne: Utilisateur) -> Iterable[Ligne]:
    for changement in personne.changements_courriel.order_by("demande_le"):
        yield {
            "ancienne adresse": changement.ancien,
            "nouvelle adresse": changement.nouveau,
            "demandé le": changement.demande_le,
            "état": changement.get_etat_display(),
        }


ACCES = {
    "connexion.reussie": "connexion",
    "connexion.refusee": "connexion refusée",
    "deconnexion": "déconnexion",
    "mot_de_passe.change": "mot de passe changé",
    "mot_de_passe.reinitialise": "mot de passe réinitialisé",
    "regard.commence": "le support voit le portail à votre place, en lecture seule",
    "regard.termine": "le support cesse de voir le portail à votre place",
}


def acces_exportes(personne: Utilisateur) -> Iterable[Ligne]:
    """Les entrées dans le compte, telles que le journal les garde."""
    for evenement in Evenement.objects.sur(personne).filter(action__in=ACCES).order_by("date", "pk").iterator():
        yield {"date": evenement.date, "quoi": ACCES[evenement.action], "adresse": evenement.adresse}


def courriels_exportes(personne: Utilisateur) -> Iterable[Ligne]:
    lettres = Courriel.objects.filter(destinataire=personne.courriel).order_by("cree_le").defer("texte", "html")
    for lettre in lettres.iterator():
        yield {
            "date": lettre.cree_le,
            "à": lettre.destinataire,
            "objet": lettre.sujet,
            "état": lettre.get_etat_display(),
            "envoyé le": lettre.envoye_le,
        }


def sessions_exportees(personne: Utilisateur) -> Iterable[Ligne]:
    for session in personne.sessions.order_by("ouverte_le", "pk").iterator():
        yield {
            "appareil": session.appareil,
            "adresse": session.adresse,
            "ouverte le": session.ouverte_le,
            "second facteur prouvé le": session.verifiee_le,
            "dernière activité": session.vue_le,
            "fermée le": session.fermee_le,
            "pourquoi": session.get_fin_display(),
        }


def facteurs_exportes(personne: Utilisateur) -> Iterable[Ligne]:
    """Ce qui les décrit ; jamais le secret, la clé ni le code qui les prouve."""
    for facteur in facteurs(personne):
        yield {
            "moyen": facteur.genre.label,
            "nom": facteur.nom,
            "envoyé à": facteur.objet.telephone if isinstance(facteur.objet, FacteurMessage) else "",
            "ajouté le": facteur.ajoute_le,
            "utilisé le": facteur.utilise_le,
        }
    for code in personne.codes_de_secours.order_by("pk"):
        yield {
            "moyen": GenreFacteur.SECOURS.label,
            "nom": "",
            "envoyé à": "",
            "ajouté le": code.cree_le,
            "utilisé le": code.utilise_le,
        }


def identites_externes_exportees(personne: Utilisateur) -> Iterable[Ligne]:
    for identite in personne.identites_externes.order_by("liee_le"):
        yield {
            "émetteur": identite.emetteur,
            "identifiant chez lui": identite.sujet,
            "liée le": identite.liee_le,
            "dernier usage": identite.servie_le,
        }


PARTIES = [
    Partie("Identité", identite_exportee),
    Partie("Changements d'adresse", changements_exportes),
    Partie("Moyens de vérification", facteurs_exportes),
    Partie("Identités externes", identites_externes_exportees),
    Partie("Sessions", sessions_exportees),
    Partie("Connexions", acces_exportes),
    Partie("Courriels reçus", courriels_exportes),
]
