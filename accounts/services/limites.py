"""Tenir les portes : compter une tentative avant tout hachage, et refuser celle de trop."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import compteurs
from accounts.limites import (
    CAPTCHA_A_LA_CONNEXION,
    LIMITE_ATTEINTE,
    LIMITES_LEVEES,
    LimiteAtteinte,
    Porte,
    Portee,
    Tentative,
)
from accounts.models import CodeEphemere, Utilisateur
from accounts.queries import par_identifiant_ou_courriel, vient_d_une_adresse_habituelle
from accounts.services.commun import exiger_un_motif
from journal.contexte import adresse_courante
from journal.models import Evenement
from journal.services import Acteur, consigner

Sujet = Utilisateur | str
"""Une personne reconnue, ou ce que quelqu'un a saisi pour se nommer."""


def compter_tentative(*, acteur: Acteur, porte: Porte, sujet: Sujet) -> None:
    """Compte une tentative, à appeler avant de hacher quoi que ce soit. Lève `LimiteAtteinte`.

    La tentative compte d'avance : des essais simultanés ne passent pas à plusieurs sous la limite.
    """
    tentative = _tentative(porte, sujet, adresse_courante())
    cles = tentative.cles
    comptes = compteurs.ajouter(list(cles.values()), porte.duree)
    depassees = [portee for portee in Portee if comptes[cles[portee]].nombre > tentative.plafond(portee)]
    if depassees == [Portee.COMPTE] and _chez_soi(sujet):
        return
    if not depassees:
        return
    # Ce qui est refusé ne pèse pas sur les autres : marteler son compte n'use pas la limite de tout un bureau.
    compteurs.ajouter([cle for portee, cle in cles.items() if portee not in depassees], porte.duree, -1)
    for portee in depassees:
        if comptes[cles[portee]].nombre == tentative.plafond(portee) + 1:
            _consigner_limite(acteur, tentative, portee, sujet)
    raise LimiteAtteinte(max(comptes[cles[portee]].reste for portee in depassees))


def effacer_tentative(*, porte: Porte, sujet: Sujet) -> None:
    """La tentative était bonne : elle ne compte plus, et les erreurs de la personne depuis cette adresse non plus."""
    cles = _tentative(porte, sujet, adresse_courante()).cles
    compteurs.oublier([cles.pop(Portee.COUPLE)])
    compteurs.ajouter(list(cles.values()), porte.duree, -1)


def lever_les_limites(*, acteur: Utilisateur, personne: Utilisateur, motif: str) -> None:
    """Le support rouvre ses portes à la personne, d'où qu'elle ait essayé ; lève `GesteRefuse` sans motif.

    Ce qui pèse sur toute une adresse ou sur le portail, qui protège les autres, reste.
    """
    exiger_un_motif(motif)
    noms: list[Sujet] = [personne, personne.identifiant, personne.courriel]
    portees = (Portee.COUPLE, Portee.COMPTE)
    tentatives = [_tentative(porte, nom, d_ou) for porte in Porte for nom in noms for d_ou in _adresses_de(personne)]
    with transaction.atomic():
        for appareil in TOTPDevice.objects.select_for_update().filter(user=personne):
            appareil.throttle_reset()
        CodeEphemere.objects.filter(facteur__personne=personne).delete()
        consigner(acteur=acteur, action=LIMITES_LEVEES, objet=personne, apres={"motif": motif})
    compteurs.oublier({tentative.cles[portee] for tentative in tentatives for portee in portees})


def _adresses_de(personne: Utilisateur) -> set[str | None]:
    """D'où l'on a essayé d'entrer dans ce compte, tant qu'une limite peut en rester."""
    depuis = timezone.now() - timedelta(seconds=max(porte.duree for porte in Porte))
    traces = Evenement.objects.sur(personne).filter(date__gte=depuis)
    return {None, *traces.order_by("adresse").values_list("adresse", flat=True).distinct()}


def captcha_requis(*, saisie: str) -> bool:
    """Si la connexion demande un captcha : après des échecs répétés, d'ici, sur ce compte ou partout."""
    tentative = _tentative(Porte.CONNEXION, saisie, adresse_courante())
    cles = {portee: cle for portee, cle in tentative.cles.items() if portee in _portees_du_captcha(saisie)}
    comptes = compteurs.lire(list(cles.values()))
    return any(comptes.get(cle, 0) >= tentative.seuil_du_captcha(portee) for portee, cle in cles.items())


def _portees_du_captcha(saisie: str) -> set[Portee]:
    """Avant la première saisie, seules l'adresse et l'affluence parlent."""
    portees = set(CAPTCHA_A_LA_CONNEXION)
    return portees | {Portee.COUPLE} if saisie else portees - {Portee.COMPTE}


def _tentative(porte: Porte, sujet: Sujet, adresse: str | None) -> Tentative:
    compte = f"personne {sujet.pk}" if isinstance(sujet, Utilisateur) else sujet
    return Tentative(porte, compte, adresse)


def _chez_soi(sujet: Sujet) -> bool:
    """Les tentatives d'un autre, d'ailleurs, n'arrêtent pas la personne là où elle se connecte d'habitude."""
    return isinstance(sujet, Utilisateur) and vient_d_une_adresse_habituelle(sujet, adresse_courante())


def _consigner_limite(acteur: Acteur, tentative: Tentative, portee: Portee, sujet: Sujet) -> None:
    connue = sujet if isinstance(sujet, Utilisateur) else par_identifiant_ou_courriel(sujet)
    consigner(
        acteur=acteur,
        action=LIMITE_ATTEINTE,
        objet=connue or Utilisateur(prenom="Compte", nom="inconnu"),
        apres={"porte": tentative.porte.value, "portee": portee.value},
    )
