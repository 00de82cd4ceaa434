"""Pourquoi une personne ne peut pas entrer : ce que le support lit sur sa fiche."""

from collections.abc import Iterable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format

from accounts import prolongements
from accounts.enums import EtatChangement, EtatCompte
from accounts.limites import LIMITE_ATTEINTE, LIMITES_LEVEES, Porte
from accounts.models import Utilisateur
from accounts.prolongements import Empechement
from accounts.queries.facteurs import facteurs
from courriels.enums import EtatCourriel
from courriels.models import Courriel
from journal.models import Evenement


def pourquoi_ne_peut_elle_pas_entrer(personne: Utilisateur) -> list[Empechement]:
    """Ce qui empêche la personne d'entrer, ou qui l'explique ; les applications du haut y ajoutent."""
    return [
        *_etat(personne),
        *_refus_recents(personne),
        *_limites(personne),
        *_second_facteur(personne),
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


def _limites(personne: Utilisateur) -> Iterable[Empechement]:
    """Les portes qui la refusent encore : la fenêtre s'est ouverte au plus tard au refus que garde le journal."""
    traces = Evenement.objects.sur(personne)
    levees = traces.filter(action=LIMITES_LEVEES).first()
    for porte in Porte:
        debut = timezone.now() - timedelta(seconds=porte.duree)
        refus = traces.filter(action=LIMITE_ATTEINTE, date__gte=max(debut, levees.date) if levees else debut)
        refus = refus.filter(apres__porte=porte)
        if dernier := refus.first():
            fin = timezone.localtime(dernier.date + timedelta(seconds=porte.duree))
            yield Empechement(
                f"Trop de tentatives ({porte.value.replace('_', ' ')}) depuis {dernier.adresse or 'inconnue'} : "
                f"refus jusqu'au {date_format(fin, 'd/m/Y à H:i')} au plus tard.",
                "Attendre : la limite se lève seule ; sinon, action « Lever les limites (avec un motif) ».",
            )


def _second_facteur(personne: Utilisateur) -> Iterable[Empechement]:
    if tenus := facteurs(personne):
        yield Empechement(
            "Un second facteur est demandé à la connexion : "
            + ", ".join(f"{facteur.genre.label} ({facteur.nom})" for facteur in tenus)
            + ".",
            "Perdu : vérifier l'identité, puis action « Réinitialiser les seconds facteurs (avec un motif) ».",
        )
    elif personne.is_staff and settings.SECOND_FACTEUR_OBLIGATOIRE:
        yield Empechement(
            "Aucun second facteur : l'administration en demande un.",
            "La personne en ajoute un en y entrant : le portail l'y mène.",
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
