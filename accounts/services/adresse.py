"""Changer d'adresse courriel : la nouvelle compte une fois confirmée, l'ancienne est prévenue et peut contester."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts import courriels, jetons
from accounts.enums import EtatChangement, EtatCompte, FinDeSession
from accounts.erreurs import GesteRefuse
from accounts.jetons import LienInvalide, Usage
from accounts.models import ChangementCourriel, Utilisateur
from accounts.services.commun import passer, verrouiller
from accounts.services.sessions import fermer_les_sessions
from journal.services import consigner


def demander_changement_de_courriel(*, acteur: Utilisateur, courriel: str) -> None:
    """Écrit à la nouvelle adresse de quoi la confirmer, à l'ancienne de quoi s'y opposer. Lève `GesteRefuse`.

    Une adresse déjà prise reçoit un autre courriel ; la réponse est la même, et ne dit pas qui a un compte.
    """
    courriel = courriel.lower()
    with transaction.atomic():
        personne = verrouiller(acteur)
        if courriel == personne.courriel:
            raise GesteRefuse("C'est déjà l'adresse de votre compte : saisissez la nouvelle.")
        en_attente = personne.changements_courriel.filter(etat=EtatChangement.EN_ATTENTE)
        en_attente.update(etat=EtatChangement.REMPLACE)
        changement = ChangementCourriel.objects.create(personne=personne, ancien=personne.courriel, nouveau=courriel)
        if Utilisateur.objects.filter(courriel=courriel).exists():
            courriels.adresse_deja_prise(courriel)
        else:
            courriels.nouvelle_adresse(changement)
        courriels.changement_d_adresse_demande(changement)
        consigner(acteur=personne, action="courriel.changement_demande", objet=personne, apres={"courriel": courriel})


def confirmer_changement_de_courriel(*, jeton: str) -> ChangementCourriel:
    """Donne au compte l'adresse que `jeton` vient de prouver. Lève `LienInvalide`."""
    changement = jetons.lire_changement(jeton, Usage.NOUVELLE_ADRESSE)
    with transaction.atomic():
        personne = verrouiller(changement.personne)
        changement = jetons.lire_changement(jeton, Usage.NOUVELLE_ADRESSE)
        personne.courriel, personne.confirme_le = changement.nouveau, timezone.now()
        try:
            with transaction.atomic():
                personne.save(update_fields=["courriel", "confirme_le"])
        except IntegrityError as prise:
            raise LienInvalide(personne) from prise
        changement.etat, changement.confirme_le = EtatChangement.CONFIRME, timezone.now()
        changement.save(update_fields=["etat", "confirme_le"])
        consigner(
            acteur=personne,
            action="courriel.change",
            objet=personne,
            avant={"courriel": changement.ancien},
            apres={"courriel": changement.nouveau},
        )
        courriels.changement_d_adresse_fait(changement)
    return changement


def contester_changement_de_courriel(*, jeton: str) -> ChangementCourriel:
    """L'ancienne adresse s'oppose : en attente, le changement s'annule ; déjà fait, le compte est suspendu.

    Suspendre, non revenir en arrière : l'ancienne boîte a pu changer de mains, le support tranche. Dans les deux cas
    les sessions se ferment. Lève `LienInvalide`.
    """
    changement = jetons.lire_changement(jeton, Usage.CONTESTATION)
    with transaction.atomic():
        personne = verrouiller(changement.personne)
        changement = jetons.lire_changement(jeton, Usage.CONTESTATION)
        etait_confirme = changement.etat == EtatChangement.CONFIRME
        changement.etat = EtatChangement.CONTESTE
        changement.save(update_fields=["etat"])
        if etait_confirme and personne.etat == EtatCompte.ACTIF:
            passer(personne, EtatCompte.DESACTIVE)
            personne.save(update_fields=["etat"])
        fermer_les_sessions(personne, FinDeSession.AUTRE_APPAREIL)
        consigner(
            acteur=None,
            action="courriel.changement_conteste",
            objet=personne,
            apres={"ancien": changement.ancien, "nouveau": changement.nouveau, "etat": personne.etat},
        )
        if etait_confirme:
            courriels.compte_suspendu(personne, changement)
        else:
            courriels.reinitialisation(personne)
    changement.personne = personne
    return changement
