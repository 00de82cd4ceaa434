"""Créer un compte et confirmer son adresse."""

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import courriels, identifiants, jetons
from accounts.enums import EtatCompte
from accounts.jetons import Usage
from accounts.models import Utilisateur
from accounts.queries import identifiants_pris
from accounts.services.commun import Identite, aider, ecrire_si_connue, passer, resume, verrouiller
from accounts.signaux import adresse_confirmee, recueillir
from journal.services import Acteur, consigner


def inscrire(*, acteur: Acteur, identite: Identite, courriel: str, mot_de_passe: str) -> Utilisateur | None:
    """Crée un compte à confirmer, et le rend ; à une adresse déjà connue, écrit comment rentrer, et rend None.

    Fait le même travail dans les deux cas. Ce qui est rendu ne doit rien changer à ce que voit la personne : la réponse
    ne dit pas qui a un compte.
    """
    courriel = courriel.lower()
    hache = make_password(mot_de_passe)
    with transaction.atomic():
        personne, nouvelle = _trouver_ou_creer(identite, courriel, hache)
        if nouvelle:
            consigner(acteur=personne, action="compte.cree", objet=personne, apres=resume(identite))
            courriels.confirmation(personne)
        else:
            consigner(acteur=acteur, action="inscription.adresse_connue", objet=personne)
            aider(personne, courriels.deja_un_compte, a_confirmer=courriels.confirmation_rappelee)
    return personne if nouvelle else None


def _trouver_ou_creer(identite: Identite, courriel: str, hache: str) -> tuple[Utilisateur, bool]:
    """Le compte qui tient l'adresse, ou un compte neuf ; et s'il est neuf.

    À une adresse connue, un compte est créé aussi, puis défait : le temps de réponse ne la dit pas.
    """
    souhaite = identifiants.racine(identite.prenom, identite.nom)
    pris = identifiants_pris(souhaite)
    connue = Utilisateur.objects.filter(courriel=courriel).first()
    for identifiant in identifiants.suite(souhaite):
        if identifiant in pris:
            continue
        try:
            with transaction.atomic():
                neuf = _creer(identifiant, identite, f"{identifiant}@defait.invalid" if connue else courriel, hache)
                transaction.set_rollback(connue is not None)
            return (connue, False) if connue else (neuf, True)
        except IntegrityError:
            # Une inscription simultanée a pris l'adresse ou l'identifiant : on regarde, ou l'on passe au suivant.
            pris.add(identifiant)
            connue = Utilisateur.objects.filter(courriel=courriel).first()
    raise AssertionError("La suite des identifiants ne finit pas.")


def _creer(identifiant: str, identite: Identite, courriel: str, hache: str) -> Utilisateur:
    return Utilisateur.objects.create(
        identifiant=identifiant,
        prenom=identite.prenom,
        nom=identite.nom,
        telephone=identite.telephone,
        structure=identite.structure,
        courriel=courriel,
        password=hache,
        conditions_version=settings.CONDITIONS_VERSION,
        conditions_acceptees_le=timezone.now(),
    )


def confirmer(*, acteur: Utilisateur, jeton: str, nouveau_mot_de_passe: str = "") -> list[str]:
    """Active le compte d'`acteur`, à qui `jeton` fut envoyé. Lève `LienInvalide` si le lien vient de servir.

    Qui appelle a vérifié le mot de passe de l'inscription, ou en donne un nouveau : un tiers a pu s'inscrire avec
    l'adresse d'autrui, et son mot de passe n'ouvrira pas le compte que le titulaire confirme.
    Rend ce que les autres applications ont fait de la confirmation, en phrases pour la personne.
    """
    hache = make_password(nouveau_mot_de_passe) if nouveau_mot_de_passe else ""
    with transaction.atomic():
        personne = verrouiller(acteur)
        jetons.lire(jeton, Usage.CONFIRMATION)
        passer(personne, EtatCompte.ACTIF)
        personne.confirme_le = timezone.now()
        personne.password = hache or personne.password
        personne.save(update_fields=["etat", "confirme_le", "password"])
        apres = {"courriel": personne.courriel, "mot_de_passe": "choisi à nouveau" if hache else "inchangé"}
        consigner(acteur=personne, action="compte.confirme", objet=personne, apres=apres)
        return recueillir(adresse_confirmee, personne)


def renvoyer_confirmation(*, acteur: Acteur, saisie: str) -> None:
    """Renvoie la confirmation à une adresse qui l'attend ; à toute autre, ce que son compte lui permet."""
    ecrire_si_connue(acteur, saisie, "compte.confirmation_demandee", courriels.deja_un_compte)
