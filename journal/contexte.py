"""Origine de l'action en cours : posée à l'entrée d'une requête, lue par le service qui consigne."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_adresse: ContextVar[str | None] = ContextVar("adresse", default=None)


@contextmanager
def origine(adresse: str | None) -> Iterator[None]:
    """Attache `adresse` à tout ce qui est consigné dans le bloc."""
    jeton = _adresse.set(adresse)
    try:
        yield
    finally:
        _adresse.reset(jeton)


def adresse_courante() -> str | None:
    return _adresse.get()
