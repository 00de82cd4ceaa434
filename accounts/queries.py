"""Lectures des comptes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from accounts import prolongements
from accounts.enums import EtatChangement, EtatCompte, GenreFacteur
from accounts.limites import Porte
from accounts.models import ChangementCourriel, FacteurMessage, SessionOuverte, Utilisateur
from accounts.prolongements import Empechement, Ligne, Partie
from courriels.enums import EtatCourriel
from courriels.models import Courriel
from journal.models import Evenement


def par_identifiant_ou_courriel(saisie: str) -> Utilisateur | None:
    """Un compte anonymisé n'a plus ni identifiant ni adresse."""
    saisie = saisie.strip().lower()
    comptes = Utilisateur.objects.exclude(etat=EtatCompte.ANONYME)
    return comptes.filter(Q(identifiant=saisie) | Q(courriel=saisie)).first()


def a_confirmer(numero: int | None) -> Utilisateur | None:
    """Le compte de ce numéro, si son adresse reste à confirmer ; sans numéro, aucun, au prix de la même lecture."""
    return Utilisateur.objects.filter(pk=numero or 0, etat=EtatCompte.A_CONFIRMER).first()


def identifiants_pris(souhaite: str) -> set[str]:
    """Identifiants qui commencent comme `souhaite`."""
    return set(Utilisateur.objects.filter(identifiant__startswith=souhaite).values_list("identifiant", flat=True))


@dataclass(frozen=True)
class Facteur:
    """Un second facteur, quelle que soit la bibliothèque qui le garde."""

    genre: GenreFacteur
    nom: str
    objet: Model
    ajoute_le: datetime | None
    utilise_le: datetime | None
    destination: str = ""

    @property
    def reference(self) -> str:
        """« application-12 » : ce que portent les adresses et la session."""
        return f"{self.genre}-{self.objet.pk}"


def facteurs(personne: Utilisateur) -> list[Facteur]:
    """Les facteurs que la personne a prouvés, le dernier utilisé d'abord. Les codes de secours n'en sont pas un."""
    genres = [GenreFacteur.CLE, GenreFacteur.APPLICATION, GenreFacteur.SMS, GenreFacteur.COURRIEL]
    tous = [_facteur(objet) for genre in genres for objet in _prouves(personne, genre)]
    # Le tri garde l'ordre des genres, du plus sûr au moins sûr, entre ceux qui n'ont jamais servi.
    return sorted(tous, key=lambda facteur: facteur.utilise_le.timestamp() if facteur.utilise_le else 0.0, reverse=True)


def facteur_tenu(personne: Utilisateur, reference: str) -> Facteur | None:
    return next((un for un in facteurs(personne) if un.reference == reference), None)


def facteur_a_activer(personne: Utilisateur, reference: str) -> Facteur | None:
    """Un facteur commencé, dont la personne n'a pas encore rendu de code."""
    en_cours = [
        *TOTPDevice.objects.filter(user=personne, confirmed=False),
        *personne.facteurs_message.filter(confirme_le=None),
    ]
    return next((un for un in map(_facteur, en_cours) if un.reference == reference), None)


def codes_de_secours_restants(personne: Utilisateur) -> int:
    return personne.codes_de_secours.filter(utilise_le=None).count()


def moyens_de_verification(personne: Utilisateur) -> list[Facteur]:
    """Ce que la personne peut présenter après son mot de passe ; rien si elle n'a aucun facteur."""
    tous = facteurs(personne)
    if tous and codes_de_secours_restants(personne):
        tous.append(Facteur(GenreFacteur.SECOURS, GenreFacteur.SECOURS.label, personne, None, None))
    return tous


def moyen_tenu(personne: Utilisateur, reference: str) -> bool:
    """Le moyen qui a rendu une session forte est-il encore à la personne ?"""
    genre, _, numero = reference.rpartition("-")
    if genre == GenreFacteur.SECOURS:
        return personne.codes_de_secours.exists()
    return _prouves(personne, GenreFacteur(genre)).filter(pk=numero).exists()


def _prouves(personne: Utilisateur, genre: GenreFacteur) -> QuerySet[Any]:
    if genre == GenreFacteur.CLE:
        cles: QuerySet[Any] = WebAuthnCredential.objects.filter(user=personne, confirmed=True).order_by("pk")
        return cles
    if genre == GenreFacteur.APPLICATION:
        applications: QuerySet[Any] = TOTPDevice.objects.filter(user=personne, confirmed=True).order_by("pk")
        return applications
    return personne.facteurs_message.filter(canal=genre).exclude(confirme_le=None).order_by("pk")


def _facteur(objet: Any) -> Facteur:
    if isinstance(objet, FacteurMessage):
        destination = objet.telephone or objet.personne.courriel
        return Facteur(
            GenreFacteur(objet.canal), objet.nom, objet, objet.cree_le, objet.utilise_le, masquer(destination)
        )
    genre = GenreFacteur.APPLICATION if isinstance(objet, TOTPDevice) else GenreFacteur.CLE
    return Facteur(genre, objet.name, objet, objet.created_at, objet.last_used_at)


def masquer(destination: str) -> str:
    """« c…@structure.example », « …56 78 » : assez pour reconnaître la sienne, trop peu pour l'apprendre."""
    if "@" in destination:
        return f"{destination[0]}…@{destination.partition('@')[2]}"
    return f"…{destination[-4:-2]} {destination[-2:]}"


def sessions_ouvertes(personne: Utilisateur) -> QuerySet[SessionOuverte]:
    return SessionOuverte.objects.filter(personne=personne).en_cours()


def vient_d_une_adresse_habituelle(personne: Utilisateur, adresse: str | None) -> bool:
    """Si la personne s'est déjà connectée depuis cette adresse."""
    return adresse is not None and personne.sessions.filter(adresse=adresse).exists()


def courriel_a_confirmer(personne: Utilisateur) -> ChangementCourriel | None:
    return personne.changements_courriel.filter(etat=EtatChangement.EN_ATTENTE).first()


def pourquoi_ne_peut_elle_pas_entrer(personne: Utilisateur) -> list[Empechement]:
    """Ce qui empêche la personne d'entrer, ou qui l'explique ; les applications du haut et les lots y ajoutent."""
    return [
        *_etat(personne),
        *_refus_recents(personne),
        *_limites(personne),
        *_facteurs_demandes(personne),
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
    for porte in Porte:
        debut = timezone.now() - timedelta(seconds=porte.duree)
        refus = Evenement.objects.sur(personne).filter(action="limite.atteinte", date__gte=debut, apres__porte=porte)
        if dernier := refus.first():
            fin = timezone.localtime(dernier.date + timedelta(seconds=porte.duree))
            yield Empechement(
                f"Trop de tentatives ({porte.value.replace('_', ' ')}) depuis {dernier.adresse or 'inconnue'} : "
                f"refus jusqu'au {date_format(fin, 'd/m/Y à H:i')} au plus tard.",
                "Attendre : la limite se lève seule.",
            )


def _facteurs_demandes(personne: Utilisateur) -> Iterable[Empechement]:
    if tenus := facteurs(personne):
        yield Empechement(
            "Un second facteur est demandé à la connexion : "
            + ", ".join(f"{facteur.genre.label} ({facteur.nom})" for facteur in tenus)
            + ".",
            "Perdu : vérifier l'identité, puis action « Réinitialiser les seconds facteurs (avec un motif) ».",
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
