"""Du texte d'un courriel aux morceaux que sa version HTML met en page."""

from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class Paragraphe:
    """Un paragraphe ; `adresse` en fait un bouton, `points` une liste."""

    texte: str = ""
    adresse: str = ""
    points: tuple[str, ...] = ()


def paragraphes(texte: str) -> list[Paragraphe]:
    """Coupe `texte` aux lignes vides.

    « Libellé :\\nhttps://… » devient un bouton, si l'adresse est celle du portail et de lui seul ; des lignes « - … »
    deviennent une liste ; le reste garde ses retours à la ligne.
    """
    return [_paragraphe(bloc.splitlines()) for bloc in texte.strip().split("\n\n") if bloc.strip()]


def _paragraphe(lignes: list[str]) -> Paragraphe:
    match [ligne.strip() for ligne in lignes if ligne.strip()]:
        case [libelle, adresse] if adresse.startswith(f"{settings.SITE_URL}/"):
            return Paragraphe(texte=libelle.removesuffix(":").strip(), adresse=adresse)
        case points if all(point.startswith("- ") for point in points):
            return Paragraphe(points=tuple(point.removeprefix("- ") for point in points))
        case autres:
            return Paragraphe(texte="\n".join(autres))
