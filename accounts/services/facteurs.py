"""Ajouter, renommer, retirer un second facteur."""

from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice
from django_otp_webauthn.models import WebAuthnCredential

from accounts import courriels
from accounts.enums import GenreFacteur
from accounts.erreurs import CodeRefuse, GesteRefuse
from accounts.models import FacteurMessage, Utilisateur
from accounts.permissions import refus_de_reinitialiser
from accounts.queries import Facteur, facteur_a_activer, facteur_tenu, facteurs
from accounts.services.commun import exiger_un_motif, verrouiller
from accounts.services.verification import essayer
from journal.services import Acteur, consigner


def commencer_application(*, acteur: Utilisateur) -> TOTPDevice:
    """Tire un secret, qui ne compte pas tant qu'un code ne l'a pas prouvé ; le précédent, jamais prouvé, s'oublie."""
    with transaction.atomic():
        personne = verrouiller(acteur)
        TOTPDevice.objects.filter(user=personne, confirmed=False).delete()
        return TOTPDevice.objects.create(user=personne, name=GenreFacteur.APPLICATION.label, confirmed=False)


def commencer_message(*, acteur: Utilisateur, canal: GenreFacteur, telephone: str = "") -> FacteurMessage:
    """Prépare l'envoi de codes à l'adresse de la personne ou au `telephone`. Lève `GesteRefuse` s'il sert déjà."""
    with transaction.atomic():
        personne = verrouiller(acteur)
        deja = personne.facteurs_message.filter(canal=canal, telephone=telephone).first()
        if deja and deja.confirme_le:
            raise GesteRefuse("Ce moyen de vérification est déjà dans votre liste.")
        personne.facteurs_message.filter(canal=canal, confirme_le=None).exclude(telephone=telephone).delete()
        return deja or personne.facteurs_message.create(canal=canal, telephone=telephone, nom=canal.label)


def activer_facteur(*, acteur: Utilisateur, facteur: Facteur, code: str, sceau: str) -> None:
    """Un premier code rendu, le facteur compte. Lève `CodeRefuse`."""
    with transaction.atomic():
        personne = verrouiller(acteur)
        en_cours = facteur_a_activer(personne, facteur.reference)
        refus = essayer(personne, en_cours, code, sceau) if en_cours else "Ce moyen de vérification est déjà activé."
        if en_cours and not refus:
            _confirmer(en_cours)
            consigner_ajout(personne, facteur.genre, facteur.nom)
    if refus:
        raise CodeRefuse(refus)


def enroler_courriel(*, personne: Utilisateur, acteur: Acteur) -> None:
    """Fait de l'adresse confirmée de la personne son second facteur, sans lui demander de code (comptes préparés)."""
    with transaction.atomic():
        personne.facteurs_message.create(
            canal=GenreFacteur.COURRIEL, nom=GenreFacteur.COURRIEL.label, confirme_le=timezone.now()
        )
        consigner(acteur=acteur, action="facteur.ajoute", objet=personne, apres={"genre": GenreFacteur.COURRIEL.value})


def consigner_ajout(personne: Utilisateur, genre: GenreFacteur, nom: str) -> None:
    consigner(acteur=personne, action="facteur.ajoute", objet=personne, apres={"genre": genre.value, "nom": nom})
    courriels.facteur_ajoute(personne, genre.label)


def renommer_facteur(*, acteur: Utilisateur, facteur: Facteur, nom: str) -> None:
    """Lève `GesteRefuse` si le facteur vient d'être retiré."""
    with transaction.atomic():
        personne, relu = _relire(acteur, facteur)
        champ = "nom" if isinstance(relu.objet, FacteurMessage) else "name"
        setattr(relu.objet, champ, nom)
        relu.objet.save(update_fields=[champ])
        consigner(
            acteur=personne, action="facteur.renomme", objet=personne, avant={"nom": relu.nom}, apres={"nom": nom}
        )


def retirer_facteur(*, acteur: Utilisateur, facteur: Facteur) -> None:
    """Retire un facteur ; avec le dernier partent les codes de secours, qui ne remplacent plus rien.

    Lève `GesteRefuse` si le facteur vient d'être retiré.
    """
    with transaction.atomic():
        personne, relu = _relire(acteur, facteur)
        relu.objet.delete()
        if not facteurs(personne):
            personne.codes_de_secours.all().delete()
        avant = {"genre": relu.genre.value, "nom": relu.nom}
        consigner(acteur=personne, action="facteur.retire", objet=personne, avant=avant)
        courriels.facteur_retire(personne, relu.nom)


def reinitialiser_facteurs(*, acteur: Utilisateur, personne: Utilisateur, motif: str) -> None:
    """Le support retire tous les facteurs de qui les a perdus. Lève `GesteRefuse`."""
    if refus := refus_de_reinitialiser(acteur, personne):
        raise GesteRefuse(refus)
    exiger_un_motif(motif)
    with transaction.atomic():
        personne = verrouiller(personne)
        perdus = [f"{un.genre.label} ({un.nom})" for un in facteurs(personne)]
        if not perdus:
            raise GesteRefuse("Cette personne n'a aucun second facteur.")
        oublier_facteurs(personne)
        consigner(
            acteur=acteur,
            action="facteurs.reinitialises",
            objet=personne,
            avant={"facteurs": perdus},
            apres={"motif": motif},
        )
        courriels.facteurs_reinitialises(personne)


def oublier_facteurs(personne: Utilisateur) -> None:
    """Dans la transaction de ce qui le motive : facteurs perdus, compte réuni à un autre, compte anonymisé."""
    for modele in (TOTPDevice, WebAuthnCredential):
        modele.objects.filter(user=personne).delete()
    personne.facteurs_message.all().delete()
    personne.codes_de_secours.all().delete()


def _relire(acteur: Utilisateur, facteur: Facteur) -> tuple[Utilisateur, Facteur]:
    personne = verrouiller(acteur)
    relu = facteur_tenu(personne, facteur.reference)
    if relu is None:
        raise GesteRefuse("Ce moyen de vérification n'est plus dans votre liste.")
    return personne, relu


def _confirmer(facteur: Facteur) -> None:
    objet = facteur.objet
    if isinstance(objet, FacteurMessage):
        objet.confirme_le = objet.utilise_le = timezone.now()
        objet.save(update_fields=["confirme_le", "utilise_le"])
    elif isinstance(objet, TOTPDevice):
        objet.confirmed = True
        objet.save(update_fields=["confirmed"])
