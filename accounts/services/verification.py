"""Prouver un second facteur."""

from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import courriels
from accounts.durees import en_mots
from accounts.enums import GenreFacteur
from accounts.erreurs import CodeRefuse
from accounts.models import FacteurMessage, Utilisateur
from accounts.queries import Facteur
from accounts.services.codes import essayer_code
from accounts.services.secours import essayer_code_de_secours
from journal.services import consigner

# L'attente double à chaque code faux, jusqu'à 2⁸ s : au-delà, qui connaît le mot de passe enfermerait son propriétaire.
ECHECS_MAX = 9
ECHECS_A_SIGNALER = 5


def verifier_facteur(*, acteur: Utilisateur, facteur: Facteur, code: str, sceau: str) -> None:
    """Essaie `code` et consigne l'issue. Lève `CodeRefuse`."""
    with transaction.atomic():
        refus = essayer(acteur, facteur, code, sceau)
        consigner_verification(acteur, facteur, reussie=not refus)
    if refus:
        # Hors de la transaction : un essai manqué compte.
        raise CodeRefuse(refus)


def essayer(personne: Utilisateur, facteur: Facteur, code: str, sceau: str) -> str:
    """Essaie un code dans la transaction de l'appelant ; rend le refus à montrer, vide si le code est bon."""
    match facteur.genre:
        case GenreFacteur.APPLICATION:
            return _essayer_application(personne, facteur.objet.pk, code)
        case GenreFacteur.SECOURS:
            return essayer_code_de_secours(personne, code)
        case GenreFacteur.COURRIEL | GenreFacteur.SMS if isinstance(facteur.objet, FacteurMessage):
            refus = essayer_code(facteur.objet, code, sceau)
            if not refus:
                FacteurMessage.objects.filter(pk=facteur.objet.pk).update(utilise_le=timezone.now())
            return refus
    raise ValueError(facteur.genre)


def consigner_verification(personne: Utilisateur, facteur: Facteur, *, reussie: bool) -> None:
    action = "verification.reussie" if reussie else "verification.refusee"
    consigner(acteur=personne, action=action, objet=personne, apres={"genre": facteur.genre.value})


def _essayer_application(personne: Utilisateur, numero: int, code: str) -> str:
    appareil = TOTPDevice.objects.select_for_update().filter(pk=numero).first()
    if appareil is None:
        return "Ce moyen de vérification n'existe plus : choisissez-en un autre."
    if attente := _attente(appareil):
        return f"Après un code faux, il faut attendre : essayez à nouveau dans {en_mots(attente)}."
    if appareil.verify_token(code):
        return ""
    if appareil.throttling_failure_count > ECHECS_MAX:
        appareil.throttling_failure_count = ECHECS_MAX
        appareil.save(update_fields=["throttling_failure_count"])
    if appareil.throttling_failure_count == ECHECS_A_SIGNALER:
        courriels.verifications_refusees(personne)
    return (
        "Ce n'est pas le code que montre l'application en ce moment. Vérifiez l'heure de votre téléphone, "
        f"puis saisissez le code suivant dans {en_mots(_attente(appareil))}."
    )


def _attente(appareil: TOTPDevice) -> float:
    """Secondes avant l'essai suivant."""
    permis, detail = appareil.verify_is_allowed()
    return 0.0 if permis else (detail["locked_until"] - timezone.now()).total_seconds()
