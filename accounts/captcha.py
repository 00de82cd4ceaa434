"""Défi du captcha : cinq caractères que l'on ne prend pas l'un pour l'autre, à l'œil ni à l'oreille.

La version sonore assemble, sans réseau ni programme, des mots enregistrés (accounts/voix) : « D, comme dossier ».
"""

import io
import wave
from functools import cache
from pathlib import Path
from secrets import choice, randbelow

# Sans 0/O, 1/I/L, 2/Z, 5/S, 8/B, U/V ni W.
CARACTERES = "ACDEFGHJKMNPRTXY34679"
LONGUEUR = 5

VOIX = Path(__file__).parent / "voix"
CADENCE = 8000
"""Échantillons par seconde, d'un octet chacun."""
SILENCE = 128


def defi() -> tuple[str, str]:
    """Ce que montre l'image, et la réponse attendue ; la casse, s'il le faut, se juge dans `champs.Captcha`."""
    texte = "".join(choice(CARACTERES) for _ in range(LONGUEUR))
    return texte, texte.lower()


def lire_a_voix_haute(texte: str) -> bytes:
    """Un fichier WAV qui épelle `texte`, jamais deux fois le même : débit, pauses et souffle sont tirés au sort."""
    echantillons = bytearray()
    for caractere in texte.lower():
        echantillons += _pause() + _debiter(_mot(caractere), 92 + randbelow(17))
    fichier = io.BytesIO()
    with wave.open(fichier, "wb") as sortie:
        sortie.setnchannels(1)
        sortie.setsampwidth(1)
        sortie.setframerate(CADENCE)
        sortie.writeframes(_souffler(echantillons))
    return fichier.getvalue()


@cache
def _mot(caractere: str) -> bytes:
    with wave.open(str(VOIX / f"{caractere}.wav")) as enregistrement:
        echantillons: bytes = enregistrement.readframes(enregistrement.getnframes())
    return echantillons


def _pause() -> bytes:
    """D'une demi-seconde à une seconde."""
    return bytes([SILENCE]) * (CADENCE // 2 + randbelow(CADENCE // 2))


def _debiter(mot: bytes, pour_cent: int) -> bytes:
    """Le même mot, un peu plus vite ou plus lentement, donc un peu plus aigu ou plus grave."""
    return bytes(mot[rang * pour_cent // 100] for rang in range(len(mot) * 100 // pour_cent))


def _souffler(echantillons: bytearray) -> bytes:
    """Un bruit de fond léger."""
    bruit = [randbelow(9) - 4 for _ in range(CADENCE // 3)]
    return bytes(min(255, max(0, e + bruit[rang % len(bruit)])) for rang, e in enumerate(echantillons))
