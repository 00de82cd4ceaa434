"""Seul écrivain des comptes."""

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import courriels, identifiants, jetons
from accounts.enums import TRANSITIONS, EtatCompte
from accounts.jetons import Usage
from accounts.models import Utilisateur
from accounts.permissions import refus_de_desactiver
from accounts.queries import identifiants_pris, par_identifiant_ou_courriel
from courriels.services import reveiller
from journal.services import Acteur, consigner
from structures.models import Structure


class TransitionInterdite(Exception):
    """L'état du compte ne permet pas ce geste."""


class GesteRefuse(Exception):
    """La personne n'a pas le droit de faire ce geste ; le message dit pourquoi."""


@dataclass(frozen=True)
class Identite:
    """Ce que la personne dit d'elle-même, et peut changer ensuite."""

    prenom: str
    nom: str
    telephone: str = ""
    structure: Structure | None = None


# --- Inscription -----------------------------------------------------------------------------------------------------
def inscrire(*, acteur: Acteur, identite: Identite, courriel: str, mot_de_passe: str) -> None:
    """Crée un compte à confirmer ; à une adresse déjà connue, écrit comment rentrer.

    Ne rend rien et coûte un hachage dans les deux cas : la réponse ne dit pas qui a un compte.
    """
    courriel = courriel.lower()
    hache = make_password(mot_de_passe)
    with transaction.atomic():
        personne, nouvelle = _trouver_ou_creer(identite, courriel, hache)
        if nouvelle:
            consigner(acteur=personne, action="compte.cree", objet=personne, apres=_resume(identite))
            courriels.confirmation(personne)
        else:
            consigner(acteur=acteur, action="inscription.adresse_connue", objet=personne)
            _aider(personne, courriels.deja_un_compte)


def _trouver_ou_creer(identite: Identite, courriel: str, hache: str) -> tuple[Utilisateur, bool]:
    """Le compte qui tient l'adresse, ou un compte neuf ; et s'il est neuf."""
    souhaite = identifiants.racine(identite.prenom, identite.nom)
    pris = identifiants_pris(souhaite)
    for identifiant in identifiants.suite(souhaite):
        if connue := Utilisateur.objects.filter(courriel=courriel).first():
            return connue, False
        if identifiant in pris:
            continue
        try:
            with transaction.atomic():
                return _creer(identifiant, identite, courriel, hache), True
        except IntegrityError:
            # Une inscription simultanée a pris l'adresse ou l'identifiant : on regarde, ou l'on passe au suivant.
            pris.add(identifiant)
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


def _resume(identite: Identite) -> dict[str, str]:
    """Ce que le journal garde d'une identité."""
    return {
        "prenom": identite.prenom,
        "nom": identite.nom,
        "telephone": identite.telephone,
        "structure": str(identite.structure or ""),
    }


def _aider(personne: Utilisateur, actif: Callable[[Utilisateur], None]) -> None:
    """Écrit à une personne connue ce que son compte lui permet : `actif` si elle peut entrer."""
    {
        EtatCompte.A_CONFIRMER: courriels.confirmation,
        EtatCompte.ACTIF: actif,
        EtatCompte.DESACTIVE: courriels.compte_desactive,
    }[EtatCompte(personne.etat)](personne)


# --- Confirmation ----------------------------------------------------------------------------------------------------
def confirmer(*, acteur: Utilisateur, jeton: str) -> None:
    """Active le compte d'`acteur`, à qui `jeton` fut envoyé. Lève `LienInvalide` si le lien vient de servir."""
    with transaction.atomic():
        personne = _verrouiller(acteur)
        jetons.lire(jeton, Usage.CONFIRMATION)
        _passer(personne, EtatCompte.ACTIF)
        personne.confirme_le = timezone.now()
        personne.save(update_fields=["etat", "confirme_le"])
        consigner(acteur=personne, action="compte.confirme", objet=personne, apres={"courriel": personne.courriel})


def renvoyer_confirmation(*, acteur: Acteur, courriel: str) -> None:
    """Renvoie la confirmation à une adresse qui l'attend ; à toute autre, ce que son compte lui permet."""
    _ecrire_si_connue(acteur, courriel, "compte.confirmation_demandee", courriels.deja_un_compte)


# --- Identifiant ou mot de passe oublié -----------------------------------------------------------------------------
def aider_a_rentrer(*, acteur: Acteur, saisie: str) -> None:
    """Envoie à la personne son identifiant et un lien pour changer de mot de passe."""
    _ecrire_si_connue(acteur, saisie, "mot_de_passe.oublie", courriels.reinitialisation)


def _ecrire_si_connue(acteur: Acteur, saisie: str, action: str, actif: Callable[[Utilisateur], None]) -> None:
    """Fait le même travail pour une saisie inconnue, puis l'oublie : le temps de réponse ne dit pas qui a un compte."""
    with transaction.atomic():
        personne = par_identifiant_ou_courriel(saisie)
        inconnue = personne is None
        personne = personne or Utilisateur(prenom="Compte", nom="inconnu", etat=EtatCompte.ACTIF)
        consigner(acteur=acteur, action=action, objet=personne)
        _aider(personne, actif)
        transaction.set_rollback(inconnue)
    if inconnue:
        reveiller()


# --- Mot de passe ----------------------------------------------------------------------------------------------------
def reinitialiser_mot_de_passe(*, acteur: Utilisateur, jeton: str, mot_de_passe: str) -> None:
    """Change le mot de passe d'`acteur`, à qui `jeton` fut envoyé. Lève `LienInvalide` si le lien vient de servir."""
    hache = make_password(mot_de_passe)
    with transaction.atomic():
        personne = _verrouiller(acteur)
        jetons.lire(jeton, Usage.MOT_DE_PASSE)
        _poser_mot_de_passe(personne, hache, "mot_de_passe.reinitialise")


def changer_mot_de_passe(*, acteur: Utilisateur, mot_de_passe: str) -> Utilisateur:
    """Change le mot de passe de la personne connectée, qui vient de donner l'ancien ; rend le compte à jour."""
    hache = make_password(mot_de_passe)
    with transaction.atomic():
        personne = _verrouiller(acteur)
        _poser_mot_de_passe(personne, hache, "mot_de_passe.change")
    return personne


def _poser_mot_de_passe(personne: Utilisateur, hache: str, action: str) -> None:
    """Le nouveau hachage ferme les autres sessions : Django y lie chacune d'elles."""
    personne.password = hache
    personne.save(update_fields=["password"])
    consigner(acteur=personne, action=action, objet=personne)
    courriels.mot_de_passe_change(personne)


# --- Identité --------------------------------------------------------------------------------------------------------
def modifier_identite(*, acteur: Utilisateur, identite: Identite) -> None:
    with transaction.atomic():
        personne = _verrouiller(acteur)
        avant = _resume(Identite(personne.prenom, personne.nom, personne.telephone, personne.structure))
        apres = _resume(identite)
        changes = [champ for champ in apres if apres[champ] != avant[champ]]
        if not changes:
            return
        personne.prenom, personne.nom = identite.prenom, identite.nom
        personne.telephone, personne.structure = identite.telephone, identite.structure
        personne.save(update_fields=["prenom", "nom", "telephone", "structure"])
        consigner(
            acteur=personne,
            action="identite.modifiee",
            objet=personne,
            avant={champ: avant[champ] for champ in changes},
            apres={champ: apres[champ] for champ in changes},
        )


# --- Connexion -------------------------------------------------------------------------------------------------------
def consigner_connexion(*, acteur: Utilisateur) -> None:
    consigner(acteur=acteur, action="connexion.reussie", objet=acteur)


def consigner_refus(*, acteur: Acteur, saisie: str) -> None:
    """Consigne un refus. D'une saisie inconnue rien n'est gardé : c'est parfois un mot de passe."""
    personne = par_identifiant_ou_courriel(saisie) or Utilisateur(prenom="Compte", nom="inconnu")
    consigner(acteur=acteur, action="connexion.refusee", objet=personne)


def consigner_deconnexion(*, acteur: Utilisateur) -> None:
    consigner(acteur=acteur, action="deconnexion", objet=acteur)


# --- Support ---------------------------------------------------------------------------------------------------------
def desactiver(*, acteur: Utilisateur, personne: Utilisateur, motif: str) -> None:
    """Ferme un compte et, dès le clic suivant, ses sessions. Lève `GesteRefuse` ou `TransitionInterdite`."""
    if refus := refus_de_desactiver(acteur, personne):
        raise GesteRefuse(refus)
    _exiger_un_motif(motif)
    with transaction.atomic():
        _changer_etat(acteur, _verrouiller(personne), EtatCompte.DESACTIVE, "compte.desactive", motif)


def reactiver(*, acteur: Utilisateur, personne: Utilisateur, motif: str) -> None:
    """Rouvre un compte ; jamais confirmé, il reste à confirmer. Lève `GesteRefuse` ou `TransitionInterdite`."""
    _exiger_un_motif(motif)
    with transaction.atomic():
        personne = _verrouiller(personne)
        if personne.etat != EtatCompte.DESACTIVE:
            raise TransitionInterdite(_deja(personne))
        cible = EtatCompte.ACTIF if personne.confirme_le else EtatCompte.A_CONFIRMER
        _changer_etat(acteur, personne, cible, "compte.reactive", motif)


def aider_a_confirmer(*, acteur: Utilisateur, personne: Utilisateur) -> None:
    """Renvoie la confirmation, à la demande du support. Lève `TransitionInterdite` si le compte ne l'attend pas."""
    with transaction.atomic():
        personne = _verrouiller(personne)
        if personne.etat != EtatCompte.A_CONFIRMER:
            raise TransitionInterdite(_deja(personne))
        consigner(acteur=acteur, action="compte.confirmation_demandee", objet=personne)
        courriels.confirmation(personne)


def _exiger_un_motif(motif: str) -> None:
    if not motif:
        raise GesteRefuse("Indiquez un motif : le journal le garde.")


def _changer_etat(acteur: Utilisateur, personne: Utilisateur, etat: EtatCompte, action: str, motif: str) -> None:
    avant = personne.etat
    _passer(personne, etat)
    personne.save(update_fields=["etat"])
    consigner(
        acteur=acteur,
        action=action,
        objet=personne,
        avant={"etat": avant},
        apres={"etat": personne.etat, "motif": motif},
    )


def _passer(personne: Utilisateur, etat: EtatCompte) -> None:
    if etat not in TRANSITIONS[EtatCompte(personne.etat)]:
        raise TransitionInterdite(_deja(personne))
    personne.etat = etat


def _deja(personne: Utilisateur) -> str:
    return f"Le compte {personne.identifiant} est dans l'état « {personne.get_etat_display()} »."


def _verrouiller(personne: Utilisateur) -> Utilisateur:
    return Utilisateur.objects.select_for_update().get(pk=personne.pk)
