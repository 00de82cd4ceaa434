"""Tenir les portes : compter une tentative avant tout hachage, et refuser celle de trop."""

from accounts import compteurs
from accounts.limites import CAPTCHA_A_LA_CONNEXION, LimiteAtteinte, Porte, Portee, Tentative
from accounts.models import Utilisateur
from accounts.queries import par_identifiant_ou_courriel, vient_d_une_adresse_habituelle
from journal.contexte import adresse_courante
from journal.services import Acteur, consigner

Sujet = Utilisateur | str
"""Une personne reconnue, ou ce que quelqu'un a saisi pour se nommer."""


def compter_tentative(*, acteur: Acteur, porte: Porte, sujet: Sujet) -> None:
    """Compte une tentative, à appeler avant de hacher quoi que ce soit. Lève `LimiteAtteinte`.

    La tentative compte d'avance : des essais simultanés ne passent pas à plusieurs sous la limite.
    """
    tentative = _tentative(porte, sujet)
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
    cles = _tentative(porte, sujet).cles
    compteurs.oublier([cles.pop(Portee.COUPLE)])
    compteurs.ajouter(list(cles.values()), porte.duree, -1)


def captcha_requis(*, saisie: str) -> bool:
    """Si la connexion demande un captcha : après des échecs répétés, d'ici, sur ce compte ou partout."""
    tentative = _tentative(Porte.CONNEXION, saisie)
    cles = {portee: cle for portee, cle in tentative.cles.items() if portee in _portees_du_captcha(saisie)}
    comptes = compteurs.lire(list(cles.values()))
    return any(comptes.get(cle, 0) >= tentative.seuil_du_captcha(portee) for portee, cle in cles.items())


def _portees_du_captcha(saisie: str) -> set[Portee]:
    """Avant la première saisie, seules l'adresse et l'affluence parlent."""
    portees = set(CAPTCHA_A_LA_CONNEXION)
    return portees | {Portee.COUPLE} if saisie else portees - {Portee.COMPTE}


def _tentative(porte: Porte, sujet: Sujet) -> Tentative:
    compte = f"personne {sujet.pk}" if isinstance(sujet, Utilisateur) else sujet
    return Tentative(porte, compte, adresse_courante())


def _chez_soi(sujet: Sujet) -> bool:
    """Les tentatives d'un autre, d'ailleurs, n'arrêtent pas la personne là où elle se connecte d'habitude."""
    return isinstance(sujet, Utilisateur) and vient_d_une_adresse_habituelle(sujet, adresse_courante())


def _consigner_limite(acteur: Acteur, tentative: Tentative, portee: Portee, sujet: Sujet) -> None:
    connue = sujet if isinstance(sujet, Utilisateur) else par_identifiant_ou_courriel(sujet)
    consigner(
        acteur=acteur,
        action="limite.atteinte",
        objet=connue or Utilisateur(prenom="Compte", nom="inconnu"),
        apres={"porte": tentative.porte.value, "portee": portee.value},
    )
