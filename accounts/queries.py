"""Lectures des comptes."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format

from accounts import prolongements
from accounts.enums import EtatChangement, EtatCompte
from accounts.models import ChangementCourriel, Utilisateur
from accounts.prolongements import Empechement, Ligne, Partie
from courriels.enums import EtatCourriel
from courriels.models import Courriel
from journal.models import Evenement


def par_identifiant_ou_courriel(saisie: str) -> Utilisateur | None:
    """Un compte anonymisé n'a plus ni identifiant ni adresse."""
    saisie = saisie.strip().lower()
    comptes = Utilisateur.objects.exclude(etat=EtatCompte.ANONYME)
    return comptes.filter(Q(identifiant=saisie) | Q(courriel=saisie)).first()


def identifiants_pris(souhaite: str) -> set[str]:
    """Identifiants qui commencent comme `souhaite`."""
    return set(Utilisateur.objects.filter(identifiant__startswith=souhaite).values_list("identifiant", flat=True))


def courriel_a_confirmer(personne: Utilisateur) -> ChangementCourriel | None:
    return personne.changements_courriel.filter(etat=EtatChangement.EN_ATTENTE).first()


def pourquoi_ne_peut_elle_pas_entrer(personne: Utilisateur) -> list[Empechement]:
    """Ce qui empêche la personne d'entrer, ou qui l'explique ; les applications du haut et les lots y ajoutent."""
    return [
        *_etat(personne),
        *_refus_recents(personne),
        *_courriels_perdus(personne),
        *(empechement for trouver in prolongements.empechements for empechement in trouver(personne)),
    ]


def _etat(personne: Utilisateur) -> Iterable[Empechement]:
    if personne.etat == EtatCompte.A_CONFIRMER:
        yield Empechement(
            "L'adresse courriel n'est pas confirmée.", "Action « Renvoyer le courriel de confirmation », dans la liste."
        )
    if personne.etat == EtatCompte.DESACTIVE:
        conteste = personne.changements_courriel.filter(etat=EtatChangement.CONTESTE).first()
        if conteste:
            yield Empechement(
                f"Le compte est suspendu : {conteste.ancien} conteste le passage à {conteste.nouveau}.",
                "Joindre la personne autrement, puis « Réactiver (avec un motif) ».",
            )
        else:
            yield Empechement("Le compte est désactivé.", "Action « Réactiver (avec un motif) », dans la liste.")
    if personne.etat == EtatCompte.FERME and personne.ferme_le:
        yield Empechement(
            f"Le compte est fermé depuis le {date_format(personne.ferme_le, 'd/m/Y')}, "
            f"{personne.get_fermeture_display()}.",
            "Action « Réactiver (avec un motif) » ; ses habilitations seront à redemander.",
        )
    if personne.etat == EtatCompte.ANONYME:
        yield Empechement("Le compte est anonymisé.", "Il ne se rouvre pas : la personne en crée un autre.")


def _refus_recents(personne: Utilisateur) -> Iterable[Empechement]:
    refus = Evenement.objects.sur(personne).filter(
        action="connexion.refusee", date__gte=timezone.now() - timedelta(days=7)
    )
    if dernier := refus.first():
        yield Empechement(
            f"{refus.count()} connexion(s) refusée(s) en sept jours, la dernière le "
            f"{date_format(timezone.localtime(dernier.date), 'd/m/Y à H:i')} depuis {dernier.adresse or 'inconnue'}.",
            "Mot de passe faux ou compte fermé : proposer « Identifiant ou mot de passe oublié ? ».",
        )


def _courriels_perdus(personne: Utilisateur) -> Iterable[Empechement]:
    lettres = Courriel.objects.filter(destinataire=personne.courriel)
    if perdu := lettres.filter(etat=EtatCourriel.EN_ECHEC).first():
        yield Empechement(
            f"Un courriel n'est pas arrivé à {personne.courriel} : {perdu.derniere_erreur or perdu.sujet}",
            "Vérifier l'adresse avec la personne, puis « Renvoyer » depuis la boîte d'envoi.",
        )
    elif retarde := lettres.filter(etat=EtatCourriel.A_ENVOYER, essais__gt=0).first():
        yield Empechement(
            f"Un courriel attend un nouvel essai : {retarde.derniere_erreur}", "Il repart seul ; attendre."
        )


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


PARTIES = [
    Partie("Identité", identite_exportee),
    Partie("Changements d'adresse", changements_exportes),
    Partie("Connexions", acces_exportes),
    Partie("Courriels reçus", courriels_exportes),
]
