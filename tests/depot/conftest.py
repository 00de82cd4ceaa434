import pytest

from depot.juge import enclos
from depot.juge.verdicts import Issue, Type, Verdict


@pytest.fixture(autouse=True)
def stockage(settings, tmp_path):
    """Un stockage privé neuf par test."""
    options = settings.STORAGES["default"]["OPTIONS"] | {"location": str(tmp_path / "depots")}
    settings.STORAGES = settings.STORAGES | {"default": settings.STORAGES["default"] | {"OPTIONS": options}}
    return tmp_path / "depots"


@pytest.fixture
def juge_favorable(monkeypatch):
    """Le vrai juge est mesuré dans test_juge ; ici, seul compte ce qu'on fait de son verdict."""
    monkeypatch.setattr(enclos, "juger", lambda *_: Verdict(Issue.ACCEPTE, type=Type.PDF))
