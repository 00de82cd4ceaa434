"""Deux imports au même instant, sur PostgreSQL : un seul écrit."""

from threading import Barrier, Thread

import pytest
from django.db import connection

from structures.models import ImportFiness, Structure
from structures.services import ImportEnCours, charger_references, importer_finess
from tests.structures.fichiers import ecrire, plusieurs

pytestmark = [pytest.mark.postgresql, pytest.mark.django_db(transaction=True)]


def test_deux_imports_au_meme_instant_n_en_font_qu_un(tmp_path):
    charger_references()
    chemin = ecrire(tmp_path, *plusieurs(50))
    rencontre = Barrier(2, timeout=20)
    issues = []

    def importe():
        try:
            importer_finess(chemin=chemin, acteur=None, progres=lambda lues, total: rencontre.wait())
            issues.append("appliqué")
        except ImportEnCours:
            issues.append("refusé")
            rencontre.wait()
        finally:
            connection.close()

    fils = [Thread(target=importe) for _ in range(2)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    assert sorted(issues) == ["appliqué", "refusé"]
    assert ImportFiness.objects.count() == 1
    assert Structure.objects.exclude(numero_finess=None).count() == 50
