"""Ce que partagent tous les tests."""

import time

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.utils import timezone


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config, items):
    """Marque les parcours. Les tests sans base passent une fois, sur SQLite ; ceux qui veulent PostgreSQL, chez lui."""
    for item in items:
        if "tests/navigateur/" in item.nodeid:
            item.add_marker("navigateur")
    if connection.vendor == "postgresql":
        ecartes = [item for item in items if not (item.get_closest_marker("navigateur") or touche_la_base(item))]
    else:
        ecartes = [item for item in items if item.get_closest_marker("postgresql")]
    config.hook.pytest_deselected(items=ecartes)
    items[:] = [item for item in items if item not in ecartes]


def touche_la_base(item):
    return item.get_closest_marker("django_db") or {"db", "transactional_db"} & set(item.fixturenames)


@pytest.fixture(autouse=True)
def caches_vides():
    """Aucun test ne lit ce qu'un autre a laissé."""
    for nom in ("default", "template_fragments"):
        caches[nom].clear()


@pytest.fixture
def au_commit(django_capture_on_commit_callbacks):
    """Exécute ce qu'un service a remis à la fin de la transaction."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


class ClientFort(Client):
    """`force_login` y vaut deux étapes : les pages du support et des gestionnaires s'ouvrent."""

    def force_login(self, user, backend=None):
        super().force_login(user, backend)
        facteur, _ = user.facteurs_message.get_or_create(
            canal="courriel", defaults={"nom": "Code par courriel", "confirme_le": timezone.now()}
        )
        session = self.session
        session["connexion_forte"] = {"moyen": f"courriel-{facteur.pk}", "le": int(time.time())}
        session.save()


@pytest.fixture
def client():
    return ClientFort()
