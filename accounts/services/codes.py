"""Codes éphémères : envoyés par courriel ou SMS, gardés hachés, liés à la session, bons une fois."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import courriels, sms
from accounts.durees import en_mots
from accounts.enums import DUREE_CODE, ESSAIS_PAR_CODE, GenreFacteur
from accounts.erreurs import EnvoiRefuse
from accounts.models import CodeEphemere, FacteurMessage, Utilisateur
from journal.services import consigner

ENTRE_DEUX_ENVOIS = timedelta(seconds=30)
FENETRE = timedelta(hours=1)
# Par session, puis pour la personne : qui a volé un mot de passe n'épuise pas les envois de son propriétaire.
ENVOIS_PAR_SESSION, ENVOIS_PAR_FACTEUR = 5, 20


def envoyer_code(*, acteur: Utilisateur, facteur: FacteurMessage, sceau: str) -> None:
    """Envoie un code qui ne vaudra que sous ce `sceau` de session ; le précédent s'éteint. Lève `EnvoiRefuse`."""
    code = f"{secrets.randbelow(10**6):06}"
    session = _hacher("session", sceau)
    maintenant = timezone.now()
    with transaction.atomic():
        facteur = FacteurMessage.objects.select_for_update().get(pk=facteur.pk)
        _refuser_un_envoi_de_trop(facteur, session, maintenant)
        facteur.codes.filter(cree_le__lt=maintenant - FENETRE).delete()
        facteur.codes.filter(session=session, expire_le__gt=maintenant).update(expire_le=maintenant)
        facteur.codes.create(
            session=session, empreinte=_hacher("code", f"{sceau}{code}"), expire_le=maintenant + DUREE_CODE
        )
        consigner(acteur=acteur, action="code.envoye", objet=acteur, apres={"canal": facteur.canal})
        if facteur.canal == GenreFacteur.COURRIEL:
            courriels.code_ephemere(acteur, code)
    if facteur.canal == GenreFacteur.SMS:
        _envoyer_sms(facteur, code)


def _refuser_un_envoi_de_trop(facteur: FacteurMessage, session: str, maintenant: datetime) -> None:
    recents = facteur.codes.filter(cree_le__gt=maintenant - FENETRE)
    d_ici = recents.filter(session=session)
    dernier = d_ici.last()
    if dernier and dernier.cree_le > maintenant - ENTRE_DEUX_ENVOIS:
        attente = en_mots((dernier.cree_le + ENTRE_DEUX_ENVOIS - maintenant).total_seconds())
        raise EnvoiRefuse(f"Un code vient de partir. Attendez {attente} avant d'en demander un autre.")
    for envois, limite in ((d_ici, ENVOIS_PAR_SESSION), (recents, ENVOIS_PAR_FACTEUR)):
        if envois.count() >= limite:
            attente = en_mots((envois.earliest("cree_le").cree_le + FENETRE - maintenant).total_seconds())
            raise EnvoiRefuse(f"Trop de codes ont été demandés. Attendez {attente}, ou choisissez un autre moyen.")


def essayer_code(facteur: FacteurMessage, code: str, sceau: str) -> str:
    """Essaie un code dans la transaction de l'appelant ; rend le refus à montrer, vide si le code est bon."""
    maintenant = timezone.now()
    vivant = (
        CodeEphemere.objects.select_for_update()
        .filter(facteur=facteur, session=_hacher("session", sceau), utilise_le=None, expire_le__gt=maintenant)
        .filter(essais__lt=ESSAIS_PAR_CODE)
        .last()
    )
    if vivant is None:
        return "Ce code ne sert plus : demandez-en un autre."
    vivant.essais += 1
    bon = constant_time_compare(vivant.empreinte, _hacher("code", f"{sceau}{code}"))
    vivant.utilise_le = maintenant if bon else None
    vivant.save(update_fields=["essais", "utilise_le"])
    if bon:
        return ""
    reste = ESSAIS_PAR_CODE - vivant.essais
    if not reste:
        return "Ce n'est pas le code envoyé, et il ne sert plus après cinq essais : demandez-en un autre."
    return f"Ce n'est pas le dernier code envoyé. Vérifiez-le : il vous reste {reste} essai{'s' if reste > 1 else ''}."


def _envoyer_sms(facteur: FacteurMessage, code: str) -> None:
    texte = f"{code} est votre code de vérification. Ne le donnez à personne."
    try:
        sms.passerelle().envoyer(facteur.telephone, texte)
    except sms.SmsNonRemis as erreur:
        raise EnvoiRefuse(
            "Le SMS n'a pas pu partir. Réessayez dans une minute, ou choisissez un autre moyen de vérification."
        ) from erreur


def _hacher(sel: str, valeur: str) -> str:
    """Empreinte sous la clé du portail : qui lit la base ne retrouve pas un code de six chiffres."""
    return salted_hmac(f"accounts.codes.{sel}", valeur, algorithm="sha256").hexdigest()
