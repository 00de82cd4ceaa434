import pytest

from depot.juge import enclos
from depot.juge.verdicts import Issue, Type, Verdict
from tests.clamd import clamd


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


@pytest.fixture(scope="session")
def clamd_en_marche():
    with clamd() as lance:
        yield lance


@pytest.fixture
def antivirus(settings, clamd_en_marche):
    """Le vrai clamd, qui ne connaît qu'EICAR."""
    settings.CLAMAV_URL = clamd_en_marche.url
    return clamd_en_marche


@pytest.fixture
def stockage_des_arrivees(settings, tmp_path):
    settings.FILE_UPLOAD_TEMP_DIR = tmp_path / "depots" / "arrivees"
    return settings.FILE_UPLOAD_TEMP_DIR
