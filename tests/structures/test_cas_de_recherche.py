"""Deux cents recherches comme les gens les écrivent, sur l'extrait ; le registre entier se mesure dans bench/."""

import pytest

from bench.cas_de_recherche import cas, jouer
from structures.services import importer_finess

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("references")]


def test_la_bonne_reponse_est_premiere_neuf_fois_sur_dix_et_presque_toujours_dans_les_cinq(settings):
    importer_finess(chemin=settings.RACINE / "fixtures" / "structures" / "extrait_finess.csv", acteur=None)
    joues = jouer()
    manques = [(un["saisie"], un["attendu"], rang) for un, rang in joues if rang != 0]
    assert sum(rang == 0 for _, rang in joues) >= 0.90 * len(joues), manques
    assert sum(rang is not None for _, rang in joues) >= 0.98 * len(joues), manques


def test_il_y_a_deux_cents_cas_dont_la_moitie_fautifs():
    tous = cas()
    assert len({un["saisie"] for un in tous}) == len(tous) == 200
    assert sum(un["fautif"] == "1" for un in tous) == 100
