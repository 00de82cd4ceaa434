import pytest

from structures.services import charger_references


@pytest.fixture
def references(db):
    charger_references()
