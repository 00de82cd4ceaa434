"""Numéros FINESS : neuf caractères, le dernier est une clé de Luhn où A vaut 1 et B vaut 2.

Règle vérifiée sur les 95 333 établissements et les 47 084 entités juridiques du fichier de janvier 2021.
"""

import re

from stdnum.fr import siret

FORMAT = re.compile(r"[0-9][0-9AB][0-9]{7}")
LONGUEUR, LONGUEUR_DU_SIRET = 9, 14
RESSEMBLE = re.compile(r"[0-9][0-9AB][0-9]{6,8}")
_CHIFFRES = str.maketrans("AB", "12")
# D'un chiffre écrit, sa valeur ; puis celle de son double, dont les deux chiffres s'ajoutent.
_SIMPLES = bytes.maketrans(b"0123456789", bytes((0, 1, 2, 3, 4, 5, 6, 7, 8, 9)))
_DOUBLES = bytes.maketrans(b"0123456789", bytes((0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


def nettoyer(saisie: str) -> str:
    """Ôte espaces, points et tirets, met en capitales."""
    return re.sub(r"[\s.\-_]", "", saisie).upper()


def est_bien_forme(numero: str) -> bool:
    return FORMAT.fullmatch(numero) is not None


def cle_juste(numero: str) -> bool:
    return _luhn(numero.translate(_CHIFFRES))


def siret_juste(numero: str) -> bool:
    """Ce qu'en dit stdnum (qui connaît l'exception de La Poste), à qui ne vont que les douteux : il est lent."""
    return (numero.isdecimal() and len(numero) == LONGUEUR_DU_SIRET and _luhn(numero) and _luhn(numero[:9])) or bool(
        siret.is_valid(numero)
    )


def _luhn(chiffres: str) -> bool:
    octets = chiffres.encode()
    return (sum(octets[::-2].translate(_SIMPLES)) + sum(octets[-2::-2].translate(_DOUBLES))) % 10 == 0


def complete_par_un_zero(saisie: str) -> str:
    """Un tableur efface le zéro de tête : rend le numéro complété s'il est juste, sinon rien."""
    numero = f"0{saisie}"
    return numero if est_bien_forme(numero) and cle_juste(numero) else ""


def proches(saisie: str) -> set[str]:
    """Les numéros justes à une faute de cette saisie : un chiffre faux, oublié, en trop, ou deux inversés."""
    coupes = [(saisie[:i], saisie[i:]) for i in range(len(saisie) + 1)]
    essais = {
        *(debut + chiffre + fin[1:] for debut, fin in coupes if fin for chiffre in "0123456789AB"),
        *(debut + chiffre + fin for debut, fin in coupes for chiffre in "0123456789"),
        *(debut + fin[1:] for debut, fin in coupes if fin),
        *(debut + fin[1] + fin[0] + fin[2:] for debut, fin in coupes if len(fin) > 1),
    }
    return {essai for essai in essais - {saisie} if est_bien_forme(essai) and cle_juste(essai)}
