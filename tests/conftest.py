"""Ce que partagent tous les tests."""

import pytest
from django.db import connection


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Marque les parcours, et laisse à la passe PostgreSQL de `make test` les tests qui ont besoin de lui."""
    for item in items:
        if "tests/navigateur/" in item.nodeid:
            item.add_marker("navigateur")
    if connection.vendor == "postgresql":
        return
    ecartes = [item for item in items if item.get_closest_marker("postgresql")]
    config.hook.pytest_deselected(items=ecartes)
    items[:] = [item for item in items if item not in ecartes]


@pytest.fixture
def au_commit(django_capture_on_commit_callbacks):
    """Exécute ce qu'un service a remis à la fin de la transaction."""
    return lambda: django_capture_on_commit_callbacks(execute=True)
